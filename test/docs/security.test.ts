/** SECURITY.md promises nothing that no test shows. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const text = readFileSync('SECURITY.md', 'utf8')
const [, section = ''] = text.split('## What Portolan defends, and against whom\n')
const rows = (section.split('\n## ')[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1)
  .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| ?| ?\|$/g, '')))
const promises = rows.map(([who = '', could = '', promise = '', shown = '']) => ({
  ...{ who, could, promise },
  tests: [...shown.matchAll(/\]\(([^)]+)\)/g)].map(([, file = '']) => file),
}))

describe('the threat model', () => {
  it('is about everyone who could do harm', () => {
    const named = promises.flatMap(({ who }) => (who.match(/\*\*(.+?)\*\*/) ?? []).slice(1))
    expect(named).toEqual([
      ...['anyone on the network', 'a page in a browser', 'the holder of a narrow token'],
      ...['whom an issuer vouches for', 'the author of objects'],
      ...['an API server', 'a target', 'a DNS server', 'who stands in between', 'a reader'],
      ...['who has the database file or a backup', 'the operator', 'CI of a fork'],
    ])
  })

  it.each(promises)('has a test that is there: $could', ({ promise, tests }) => {
    expect(promise).not.toBe('')
    expect(tests.length).toBeGreaterThan(0)
    expect(tests.filter((file) => !/\.test\.ts$/.test(file) || !existsSync(file))).toEqual([])
  })
})

it('says where to report, and which versions get fixes', () => {
  expect(text).toContain('**Report a vulnerability**')
  expect(text).toContain('## Supported versions')
})
