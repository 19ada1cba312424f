import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { KINDS, kindsThat, PATH_KINDS } from '../../src/plan/kinds.ts'

/** Migrations are no rules: they stay as they were written. */
const sources = globSync('src/**/*.{ts,tsx}').filter((file) => !/\.test\.ts$|^src\/store\/migrations\.ts$/.test(file))

/** Files and what stands in them, of those outside of the folders. */
const found = (pattern: RegExp, ...folders: string[]): string[] =>
  sources
    .filter((file) => !folders.some((folder) => file.startsWith(`${folder}/`)))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(pattern)].map(([match]) => `${file}: ${match}`))

const anyOf = (kinds: readonly string[]): string => kinds.join('|')

describe('kinds of path are data', () => {
  it('and are compared with a name by planning and diagnosing alone', () => {
    const compared = new RegExp(
      `kind\\)? (===|!==|<>|=|in) \\(?'(${anyOf(PATH_KINDS)})'|case '(${anyOf(PATH_KINDS)})'`,
      'g',
    )
    expect(found(compared, 'src/plan', 'src/diagnose')).toEqual([])
  })

  it('of which those that a router leads to are named by their planning, by rules about their objects, by words of callers and by examples alone', () => {
    const routed = kindsThat(({ routedBy }) => routedBy !== null)
    const named = new RegExp(`'(${anyOf(routed)})'`, 'g')
    const all = found(named, 'src/kube', 'src/diagnose/rules')
    expect(
      all.filter(
        (each) =>
          !/^src\/(plan\/(ingress|gateway\/|openshift\/)|api\/(compare-request|request-examples)\.ts|runtime\/cli\/check\/compare\.ts|pages\/try\/examples\.ts)/.test(
            each,
          ),
      ),
    ).toEqual([])
  })

  it('and say what a router is where one is on the way, so that its answers are explained', () => {
    expect(PATH_KINDS.filter((kind) => (KINDS[kind].routedBy === null) !== (KINDS[kind].router === null))).toEqual([])
  })

  it('and give each second opinion a place of its own', () => {
    const places = PATH_KINDS.flatMap((kind) => KINDS[kind].secondOpinion ?? [])
    expect(places.toSorted((a, b) => a - b)).toEqual(places.map((_, at) => at + 1))
  })
})
