/** The page of an error has the status and the title of the catalogue, and says what to do. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { OTHER_STATUSES, PROBLEMS, type ProblemCode } from '../../src/lib/problem.ts'

const CODES = Object.keys(PROBLEMS) as ProblemCode[]
const index = readFileSync('docs/errors/README.md', 'utf8')

describe.each(CODES)('docs/errors/%s.md', (code) => {
  const [status, title] = PROBLEMS[code]
  const text = readFileSync(`docs/errors/${code}.md`, 'utf8')

  it('begins with its code, its status and its title', () => {
    const [heading, , line = ''] = text.split('\n')
    expect(heading).toBe(`# ${code}`)
    expect(line.startsWith(`**${status}**`)).toBe(true)
    expect(line.endsWith(` · ${title}`)).toBe(true)
    expect(line).toContain(`**${OTHER_STATUSES[code] ?? status}**`)
  })

  it('says what to do', () => {
    expect(text.split('\n## What to do\n\n')[1]).toMatch(/^- \S/)
  })

  it('stands in the list of all, with every status', () => {
    const row = index.split('\n').find((line) => line.includes(`[${code}](${code}.md)`)) ?? ''
    const [, statuses = '', , told] = row.split('|').map((cell) => cell.trim())
    expect([statuses.split(', ')[0], told]).toEqual([String(status), title])
    expect(statuses).toContain(String(OTHER_STATUSES[code] ?? status))
  })
})
