import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DIFFERENCES } from './runtimes.ts'

it('has every difference of the runtimes in docs/runtimes.md, and no other', () => {
  const text = readFileSync(new URL('../../docs/runtimes.md', import.meta.url), 'utf8')
  const [, table = ''] = text.split('\n## Differences\n')
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| |'))
  expect(rows).toEqual(
    Object.values(DIFFERENCES).map(({ what, node, workers }) => `| ${what} | ${node} | ${workers} |`),
  )
})
