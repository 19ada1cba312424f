import { describe, expect, it } from 'vitest'
import { plannedPath } from '../../../test/support/checks.ts'
import { emptyAnswer } from '../../../test/support/seen.ts'
import { aResult } from '../../../test/support/stored.ts'
import type { AnsweredSide } from './asked.ts'
import { bodyDifferences } from './bodies.ts'
import { wordsOf } from './pieces.ts'
import { seenIn } from './seen.ts'
import { hashOf } from './sketch.ts'

/** A side that has answered with these bodies. */
const side = (bodies: readonly string[]): AnsweredSide => {
  const tries = bodies.map((body, at) => {
    const http = {
      ...emptyAnswer(200),
      bodyBytes: body.length,
      bodySha256: hashOf(body),
      bodySnippet: body,
      sketch: { hidden: {}, cookies: {}, body: wordsOf(body).map(hashOf).join('') },
    }
    return { ...aResult({ jobId: 'cmp_1', try: at + 1 }), resolvedAddress: '127.0.0.1', http, failure: null }
  })
  return { state: 'answered', failed: null, path: plannedPath(), tries }
}

const differing = (asked: readonly Record<'left' | 'right', AnsweredSide>[]) => {
  const seen = seenIn(asked)
  return asked.filter(({ left, right }) => bodyDifferences(left, right, seen, []).length > 0).length
}

/** Numbers from 0 to below the limit that are the same in every run (Numerical Recipes, 7.1). */
const numbers = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const NAMES = 'ash beech birch cedar elm fir hazel larch lime maple oak pine rowan spruce'.split(' ')

describe('bodyDifferences', () => {
  it('finds nothing in lists whose entries, order and length are another in every answer', () => {
    const next = numbers(7)
    const list = () => Array.from({ length: next(20) }, () => `<li>${NAMES[next(NAMES.length)]}</li>`).join('\n')
    const tries = () => side([list(), list(), list()])
    expect(differing(Array.from({ length: 400 }, () => ({ left: tries(), right: tries() })))).toBe(0)
  })

  it('finds a heading that one side lacks above a list that is another in every answer', () => {
    const next = numbers(7)
    const list = (heading: string) => () =>
      `<body>${heading}<ul>${Array.from({ length: next(20) }, () => `<li>${NAMES[next(NAMES.length)]}</li>`).join('\n')}`
    const tries = (of: () => string) => side([of(), of(), of()])
    const pair = { left: tries(list('<h1>Trees</h1>')), right: tries(list('')) }
    expect(differing([pair])).toBe(1)
  })

  it('finds that one side answers nothing where the other answers something else each time', () => {
    const left = side(['oak elm fir', 'elm oak ash', 'fir elm oak'])
    expect(differing([{ left, right: side(['', '', '']) }])).toBe(1)
  })
})
