import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CORE_KINDS, MORE_KINDS } from '../../src/kube/hand-over.ts'

const FILES = execFileSync('git', ['ls-files', '--', 'README.md', 'docs', 'examples'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(md|sh|yml|yaml)$/.test(file) && !file.startsWith('docs/adr/'))

type Command = { at: string; text: string }

/** Commands of all files that begin with a word: to the end of the line, and on over `\`. */
const commands = (word: RegExp): Command[] =>
  FILES.flatMap((file) => {
    const joined = readFileSync(file, 'utf8').replaceAll(/\\\n\s*/g, ' ')
    return joined.split('\n').flatMap((line): Command[] => {
      const found = word.exec(line)
      return found === null ? [] : [{ at: `${file}: ${line.trim().slice(0, 60)}`, text: line.slice(found.index) }]
    })
  })

/** These fail a build or a schedule of one's own: they ask for a status, or make what must not be made twice. */
const inCi = commands(/\bcurl /).filter(({ text }) => /failStatus=424|kubectl|GITHUB_/.test(text))

describe('every curl line that fails a build', () => {
  it('is there', () => {
    expect(inCi.length).toBeGreaterThan(8)
  })

  it.each(inCi)('$at', ({ text }) => {
    expect(text).toMatch(/curl -sS --fail-with-body /)
    expect(text).toMatch(/ --max-time /)
    expect(text).toMatch(/ --retry \d/)
    const wait = /[?&]wait=(\d+)/.exec(text)?.[1]
    const most = /--max-time (\d+)/.exec(text)?.[1]
    if (wait !== undefined && most !== undefined) {
      expect(Number(most)).toBeGreaterThan(Number(wait) + 10)
    }
    // What is sent again by --retry must not be made again
    if (/--data-binary|-X POST/.test(text)) {
      expect(text).toMatch(/-H "idempotency-key: /)
    }
    if (/\/v1\/(jobs|batches)\?/.test(text)) {
      expect(text).toContain('failStatus=424')
    }
  })
})

describe('every kubectl line that hands objects over', () => {
  const lines = commands(/\bkubectl( -n \S+)? get (svc|services),\S*ingress/)

  it('is there', () => {
    expect(lines.length).toBeGreaterThan(8)
  })

  it.each(lines)('asks for what every job needs, in one command: $at', ({ text }) => {
    expect(/ get (\S+)/.exec(text)?.[1]).toBe(CORE_KINDS)
    expect(text).not.toMatch(/ -A\b| --all-namespaces/)
  })

  it.each(commands(/\bfor kinds in /))('asks for the rest by commands that may fail: $at', ({ text }) => {
    expect(text.trim()).toBe(`for kinds in ${MORE_KINDS.join(' ')}; do`)
  })

  it.each(commands(/\bkubectl( -n \S+)? get "\$kinds"/))('and goes on where one does: $at', ({ text }) => {
    expect(text).toMatch(/ get "\$kinds" -o yaml \|\| true$/)
  })
})

it('docs/guides/ci.md says the RBAC of all of them', () => {
  const rules = /kind: ClusterRole\n[\s\S]*?```/.exec(readFileSync('docs/guides/ci.md', 'utf8'))?.[0] ?? ''
  const named = [...rules.matchAll(/resources: \[([^\]]*)\]/g)].flatMap(([, list = '']) => list.split(', '))
  const PLURALS: Readonly<Record<string, string>> = { svc: 'services', ingress: 'ingresses' }
  const asked = [CORE_KINDS, ...MORE_KINDS].flatMap((kinds) => kinds.split(',')).map((kind) => PLURALS[kind] ?? kind)
  expect(named.toSorted()).toEqual(asked.toSorted())
})
