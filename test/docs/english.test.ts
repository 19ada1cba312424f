/** Turns that are no English, and that slip into pages again and again: each with what to write. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** Pages for users. Those of commands and settings are written from texts of the program. */
const pages = execFileSync(
  'git',
  [
    'ls-files',
    '--',
    'README.md',
    'SECURITY.md',
    'CHANGELOG.md',
    'docs',
    'deploy/*.md',
    ':!docs/adr',
    ':!docs/testing-*',
  ],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((page) => page.endsWith('.md') && !/^docs\/(cli|settings|architecture|reliability)\.md$|accuracy/.test(page))

const TURNS: readonly (readonly [RegExp, string])[] = [
  [/\bwhoever\b/i, 'anyone who, the person who, or the active voice'],
  [/\b(?:for|of|from) who\b/i, 'for people who, for clients that'],
  [/\b(?:has|have|had) not (?:the|a|an)\b/i, 'lacks, has no'],
  [/\bnot (?:needed|there|used) any ?more\b/i, 'no longer'],
  [/\bname may be any\b/i, 'with any name'],
  [/\bthat there (?:is|are) not\b/i, 'unknown, that does not exist'],
  [/\bis (?:told|said) (?:by|to) (?:it|them)\b/i, 'the active voice'],
]

it('pages for users have no turn that is no English', () => {
  expect(pages.length).toBeGreaterThan(200)
  const found = pages.flatMap((page) =>
    readFileSync(page, 'utf8')
      .split('\n')
      .flatMap((line, at) =>
        TURNS.flatMap(([turn, better]) => {
          const here = turn.exec(line)?.[0]
          return here === undefined ? [] : [`${page}:${at + 1}: "${here}": ${better}`]
        }),
      ),
  )
  expect(found).toEqual([])
})

it('the changelog says nothing twice: lines of an older text come back when two changes of it meet', () => {
  const sections = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m).slice(1)
  for (const section of sections) {
    const headings = section.match(/^### .*$/gm) ?? []
    const beginnings = (section.match(/^\* .*$/gm) ?? []).map((line) => line.slice(0, 30))
    expect(headings).toEqual([...new Set(headings)])
    expect(beginnings).toEqual([...new Set(beginnings)])
  }
})
