/** What a page gives to be copied can be read by the program that it is for. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { FAILURE_CODES } from '../../src/check/codes.ts'
import { RULES } from '../../src/diagnose/rules.ts'
import { PROBLEMS } from '../../src/lib/problem.ts'

const pages = execFileSync('git', ['ls-files', '--', '*.md', ':!docs/adr', ':!test'], { encoding: 'utf8' })
  .split('\n')
  .filter((page) => page !== '')

const blocks = pages.flatMap((page) => {
  const text = readFileSync(page, 'utf8')
  return [...text.matchAll(/^( *)```(\w+)\n([\s\S]*?)^ *```/gm)].map(
    ({ index, 1: indent = '', 2: language = '', 3: block = '' }) => ({
      at: `${page}:${text.slice(0, index).split('\n').length}`,
      language,
      block: block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  )
})
const blocksOf = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language))

/** The message of what was thrown; `null`: it was read. */
function unread(read: () => unknown): string | null {
  try {
    read()
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** What bash says of a script that it only reads. */
const misread = (script: string): string => spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr

describe('a block of a page', () => {
  it('is JSON where it says so', () => {
    const found = blocksOf('json').map(({ at, block }) => [at, unread(() => JSON.parse(block))])
    expect(found.length).toBeGreaterThan(10)
    expect(found.filter(([, why]) => why !== null)).toEqual([])
  })

  it('is YAML where it says so', () => {
    const found = blocksOf('yaml').map(({ at, block }) => [at, unread(() => loadAll(block))])
    expect(found.length).toBeGreaterThan(20)
    expect(found.filter(([, why]) => why !== null)).toEqual([])
  })

  it('is something that bash can read where it is for a shell', () => {
    const found = blocksOf('sh', 'bash')
    expect(found.length).toBeGreaterThan(50)
    // A process for each takes seconds, and is needed only to say which block it is
    const isWhole = misread(found.map(({ block }) => block).join('\n')) === ''
    const wrong = isWhole ? [] : found.map(({ at, block }) => [at, misread(block)]).filter(([, why]) => why !== '')
    expect([isWhole, wrong]).toEqual([true, []])
  })
})

describe('a page of an error, a failure or a finding', () => {
  const known = new Set([...Object.keys(PROBLEMS), ...Object.keys(FAILURE_CODES), ...RULES.map(({ code }) => code)])
  const BEGINNINGS = /^(?:certificate|cluster|connection|dns|tls|unexpected|malformed|invalid)_[a-z_]+$/

  it('names no code that there is not', () => {
    const named = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => ({ page, code })),
    )
    // Events of the log begin with some of these words too
    const log = execFileSync('git', ['grep', '-hoE', "'[a-z]+(_[a-z]+)+'", '--', 'src'], { encoding: 'utf8' })
    expect(named.filter(({ code }) => BEGINNINGS.test(code) && !known.has(code) && !log.includes(`'${code}'`))).toEqual(
      [],
    )
  })
})
