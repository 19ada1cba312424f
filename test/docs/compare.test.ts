import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DIFFERENCE_KINDS } from '../../src/check/compare/difference.ts'
import { IGNORED_HEADERS, READ_HEADERS } from '../../src/check/compare/header-rules.ts'

const page = readFileSync('docs/guides/compare.md', 'utf8')

const row = ({ names, why }: { names: readonly string[]; why: string }): string =>
  `| ${names.map((name) => `\`${name}\``).join(', ')} | ${why} |`

describe('docs/guides/compare.md', () => {
  it.each([...IGNORED_HEADERS, ...READ_HEADERS].map((rule) => [rule.names[0], rule] as const))(
    'has the row of the headers like %s',
    (_name, rule) => {
      expect(page).toContain(row(rule))
    },
  )

  it.each(DIFFERENCE_KINDS)('says what a difference of kind %s is', (kind) => {
    expect(page).toContain(`| \`${kind}\` | `)
  })
})
