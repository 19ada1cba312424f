import { SIDES, type Side } from '../../plan/compare/comparison.ts'
import type { AnsweredSide, Asked } from './asked.ts'
import { readHeader } from './header-rules.ts'
import { type Pattern, pairOf, patternOf, varyingPieces, withoutVolatile } from './pieces.ts'
import { ownNames, piecesOf, withoutOwn } from './sketch.ts'
import type { Values } from './values.ts'

/** Values that vary by chance, seen over all requests of a comparison and not in the few tries of one. */
export type Seen = {
  /** The values of a header that varies within the side for some request. */
  varying: Readonly<Record<Side, ReadonlyMap<string, ReadonlySet<string | null>>>>
  /** The values of a header that each side has given at all. */
  values: Readonly<Record<Side, ReadonlyMap<string, ReadonlySet<string | null>>>>
  /** Pieces of bodies that vary within a side, with the one before each. */
  pieces: ReadonlySet<string>
  bodies: ReadonlyMap<AnsweredSide, SeenBodies>
}

/** The bodies that a side has answered to one request. */
export type SeenBodies = {
  pattern: Pattern
  /** Pieces that are not in all of them, or not at the same place. */
  varying: ReadonlySet<string>
}

/** More of them would say nothing about pages that are random altogether. */
const PIECES_MAX = 100_000

/**
 * Three tries may agree by chance where there are few values: one of two pods, a hit or a miss of a cache. Over all
 * requests of a comparison such values show on both sides.
 */
export function seenIn(asked: readonly Readonly<Record<Side, Asked>>[]): Seen {
  const [varying, values] = [emptyValues(), emptyValues()]
  const pieces = new Set<string>()
  const bodies = new Map<AnsweredSide, SeenBodies>()
  for (const request of asked) {
    for (const side of SIDES) {
      const one = request[side]
      if (one.state !== 'answered') {
        continue
      }
      for (const name of headerNames(one)) {
        const given = headerValues(one, name)
        addValues(values[side], name, given)
        if (new Set(given).size > 1) {
          addValues(varying[side], name, given)
        }
      }
      const tries = one.tries.map(({ http }) => piecesOf(http.sketch?.body ?? ''))
      const pattern = patternOf(tries)
      const own = varyingPieces(tries, pattern)
      bodies.set(one, { pattern, varying: new Set(own.map(({ piece }) => piece)) })
      for (const { before, piece } of own) {
        if (pieces.size < PIECES_MAX) {
          pieces.add(pairOf(before, piece))
        }
      }
    }
  }
  return { varying, values, pieces, bodies }
}

type ValuesByName = Map<string, Set<string | null>>

const emptyValues = (): Record<Side, ValuesByName> => ({ left: new Map(), right: new Map() })

function addValues(known: ValuesByName, name: string, values: Values): void {
  const all = known.get(name) ?? new Set()
  known.set(name, all)
  for (const value of values) {
    all.add(value)
  }
}

export const headerNames = ({ tries }: AnsweredSide): ReadonlySet<string> =>
  new Set(tries.flatMap(({ http }) => Object.keys(http.headers)))

export const headerValues = ({ tries, path }: AnsweredSide, name: string): Values =>
  tries.map(({ http, resolvedAddress }) => {
    const value = http.headers[name]
    return value === undefined
      ? null
      : withoutVolatile(withoutOwn(readHeader(name, value), ownNames(path, resolvedAddress ?? '')))
  })

/**
 * Either each side gives several values, of which these are some; or both sides give the one as well as the other, and
 * the header is seen to vary.
 */
export function isByChance({ varying, values }: Seen, name: string, left: Values, right: Values): boolean {
  const isAmong = (known: ReadonlySet<string | null> | undefined, own: Values) =>
    own.every((value) => known?.has(value))
  if (isAmong(varying.left.get(name), left) && isAmong(varying.right.get(name), right)) {
    return true
  }
  const varies = varying.left.has(name) || varying.right.has(name)
  return varies && isAmong(values.right.get(name), left) && isAmong(values.left.get(name), right)
}
