/**
 * Compares the answers of two sides to one request, each asked several times. Pure.
 *
 * @module
 */
import type { ComparedRequest, Comparison, Side } from '../../plan/compare/comparison.ts'
import { SIDES } from '../../plan/compare/comparison.ts'
import type { PlannedPath } from '../../plan/path.ts'
import type { FailureCode } from '../codes.ts'
import { isBeyondVantage } from '../failure.ts'
import { ownAnswerOf } from '../fingerprints.ts'
import type { HttpEvidence } from '../network.ts'
import type { Outcome, Result } from '../result.ts'
import { isAmongHeaders, isIgnoredHeader, readHeader } from './header-rules.ts'
import { comparePatterns, pairOf, patternOf, varyingPairs, withoutVolatile } from './pieces.ts'
import { ownNames, piecesOf, withoutOwn } from './sketch.ts'
import { type Compared, compareTexts, compareWhole, type Values } from './values.ts'

/** Each request is sent so often to each side. */
export const TRIES = 3

export const DIFFERENCE_KINDS = [
  'routing',
  'listener',
  'connection',
  'status',
  'redirect',
  'certificate',
  'header',
  'cookie',
  'body',
] as const
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

/** `field`: what of the answer differs. The values are as they were seen; `null`: it is not there. */
export type Difference = { kind: DifferenceKind; field: string; left: string | null; right: string | null }

/** Something that differs and does not count. */
export type NotCounted = { field: string; why: string }

export type RequestJudgement = {
  /** `skipped`: one side could not be asked. */
  outcome: Outcome
  differences: readonly Difference[]
  notCounted: readonly NotCounted[]
  /** Why it was not compared; `null`: it was. */
  reason: string | null
}

type Answered = Result & { http: HttpEvidence }
const isAnswered = (result: Result): result is Answered => result.http !== null && result.failure === null

/** What the tries of one request on one side have shown. */
type Asked =
  | { state: 'answered'; tries: readonly Answered[]; failed: FailureCode | null; path: PlannedPath }
  /** Its address was reached, and no answer came. */
  | { state: 'refused'; code: FailureCode; message: string }
  | { state: 'unlistened'; why: string }
  | { state: 'unasked'; why: string }
  | { state: 'error'; why: string }

/** Phases before anything on the other side has spoken. */
const UNREACHED = new Set(['dns', 'connect'])

function askedOf(way: ComparedRequest['ways'][Side], tried: Tried): Asked {
  if ('unasked' in way) {
    return { state: 'unasked', why: way.unasked }
  }
  const path = tried.paths.get(way.pathId)
  const results = tried.results.get(way.pathId) ?? []
  const tries = results.filter(isAnswered)
  const failures = results.flatMap(({ failure }) => failure ?? [])
  if (path === undefined || new Set(results.map(({ sample }) => sample)).size < TRIES) {
    return { state: 'error', why: `the time was up before it was asked ${TRIES} times` }
  }
  if (tries.length > 0) {
    return { state: 'answered', tries, failed: failures[0]?.code ?? null, path }
  }
  const [failed] = failures
  if (failed === undefined) {
    return { state: 'error', why: 'nothing was recorded' }
  }
  const why = `${failed.code}: ${failed.message}`
  if (failed.code === 'blocked_by_policy' || isBeyondVantage(failed)) {
    return { state: 'unasked', why }
  }
  if (failures.some(({ source }) => source === 'internal')) {
    return { state: 'error', why }
  }
  if (failures.some(({ phase }) => !UNREACHED.has(phase))) {
    return { state: 'refused', code: failed.code, message: failed.message }
  }
  return way.unlistened === undefined ? { state: 'unasked', why } : { state: 'unlistened', why: way.unlistened }
}

/** Everything that was recorded of a comparison, by path. */
export type Tried = {
  comparison: Comparison
  paths: ReadonlyMap<string, PlannedPath>
  results: ReadonlyMap<string, readonly Result[]>
}

export function triedOf(comparison: Comparison, paths: readonly PlannedPath[], results: readonly Result[]): Tried {
  return {
    comparison,
    paths: new Map(paths.map((path) => [path.id, path])),
    results: Map.groupBy(
      results.filter(({ purpose }) => purpose === 'check'),
      ({ pathId }) => pathId,
    ),
  }
}

/** Judges every request of a comparison, in its order. */
export function judgeComparison(tried: Tried): readonly RequestJudgement[] {
  const asked = tried.comparison.requests.map(({ ways }) => ({
    left: askedOf(ways.left, tried),
    right: askedOf(ways.right, tried),
  }))
  const seen = seenIn(asked)
  const own = ownAnswers(tried)
  return asked.map(({ left, right }) =>
    judgeRequest(left, right, { seen, own, ignore: tried.comparison.ignoreHeaders }),
  )
}

type Known = { seen: Seen; own: OwnAnswers; ignore: readonly string[] }

function judgeRequest(left: Asked, right: Asked, known: Known): RequestJudgement {
  for (const [side, asked] of [
    ['left', left],
    ['right', right],
  ] as const) {
    if (asked.state === 'error') {
      return untold('error', `${side}: ${asked.why}`)
    }
  }
  for (const [side, asked] of [
    ['left', left],
    ['right', right],
  ] as const) {
    if (asked.state === 'unasked') {
      return untold('skipped', `${side} could not be asked: ${asked.why}`)
    }
  }
  if (left.state === 'answered' && right.state === 'answered') {
    return judgeAnswers(left, right, known)
  }
  const kind = left.state === 'unlistened' || right.state === 'unlistened' ? 'listener' : 'connection'
  const difference = { kind, field: kind, left: stateOf(left), right: stateOf(right) } as const
  return judged(difference.left === difference.right ? [] : [difference], [])
}

const untold = (outcome: Outcome, reason: string): RequestJudgement => ({
  outcome,
  differences: [],
  notCounted: [],
  reason,
})

const judged = (differences: readonly Difference[], notCounted: readonly NotCounted[]): RequestJudgement => ({
  outcome: differences.length > 0 ? 'fail' : 'pass',
  differences,
  notCounted,
  reason: null,
})

const stateOf = (asked: Asked): string =>
  asked.state === 'answered'
    ? listOf(asked.tries.map(({ http }) => `status ${http.status}`))
    : asked.state === 'refused'
      ? asked.code
      : asked.state === 'unlistened'
        ? `no listener: ${asked.why}`
        : asked.why

type AnsweredSide = Extract<Asked, { state: 'answered' }>

/** Each value once, as a person would list them. */
const listOf = (values: readonly string[]): string => [...new Set(values)].join(' or ')

const OTHER_ANSWER = 'differs from one answer of the same side to the next'
const OF_CHANCE = 'has the form of a moment, a token or an id'
const SEEN_ELSEWHERE = 'other answers of both sides have the one as well as the other'

function judgeAnswers(left: AnsweredSide, right: AnsweredSide, known: Known): RequestJudgement {
  const differences: Difference[] = []
  const notCounted: NotCounted[] = failedTries(left, right)
  const of = <T>(side: AnsweredSide, read: (answer: Answered) => T): T[] => side.tries.map(read)
  const routed = { left: isUnrouted('left', left, known.own), right: isUnrouted('right', right, known.own) }
  differences.push(...certificateDifferences(left, right, notCounted))
  const statuses = [of(left, ({ http }) => `${http.status}`), of(right, ({ http }) => `${http.status}`)] as const
  if (routed.left !== routed.right) {
    const shown = (side: Side, values: Values) => `${values[0]}${routed[side] ? ", the router's own answer" : ''}`
    differences.push({
      kind: 'routing',
      field: 'status',
      left: shown('left', statuses[0]),
      right: shown('right', statuses[1]),
    })
    return judged(differences, notCounted)
  }
  if (routed.left) {
    return judged(differences, [
      ...notCounted,
      { field: 'body', why: 'neither side routes it: each answers in words of its own' },
    ])
  }
  const status = compareWhole(...statuses)
  if (status === 'differs') {
    differences.push({ kind: 'status', field: 'status', left: listOf(statuses[0]), right: listOf(statuses[1]) })
  } else if (status === 'varies') {
    notCounted.push({
      field: 'status',
      why: `${OTHER_ANSWER}: ${listOf(statuses[0])} on the left, ${listOf(statuses[1])} on the right`,
    })
  }
  differences.push(...redirectDifferences(left, right, notCounted))
  // What differs by its status has another body and other headers for the same reason.
  if (status === 'same') {
    differences.push(...headerDifferences(left, right, known, notCounted))
    differences.push(...cookieDifferences(left, right, notCounted))
    differences.push(...bodyDifferences(left, right, known, notCounted))
  }
  return judged(differences, notCounted)
}

function failedTries(left: AnsweredSide, right: AnsweredSide): NotCounted[] {
  return (
    [
      ['left', left],
      ['right', right],
    ] as const
  ).flatMap(([side, { failed }]) =>
    failed === null ? [] : [{ field: 'connection', why: `not every try on the ${side} was answered: ${failed}` }],
  )
}

const NO_ROUTE: ReadonlySet<number> = new Set([404, 421])

type OwnAnswers = Readonly<Record<Side, readonly Answered[]>>

const ownAnswers = ({ comparison, results }: Tried): OwnAnswers => {
  const of = (side: Side) =>
    comparison.ownAnswers
      .filter((own) => own.side === side)
      .flatMap(({ pathId }) => (results.get(pathId) ?? []).filter(isAnswered))
  return { left: of('left'), right: of('right') }
}

/** A side answers by itself, in words that are known or as it does for a host that no rule names. */
function isUnrouted(side: Side, { tries }: AnsweredSide, own: OwnAnswers): boolean {
  return tries.every(({ http }) => {
    if (!NO_ROUTE.has(http.status)) {
      return false
    }
    const known = ownAnswerOf(http)
    return (known !== null && !known.isCommon) || own[side].some((each) => isSameAnswer(each.http, http))
  })
}

const isSameAnswer = (one: HttpEvidence, other: HttpEvidence): boolean =>
  one.status === other.status &&
  (one.bodySha256 === other.bodySha256 || one.sketch?.body === other.sketch?.body) &&
  one.headers['content-type'] === other.headers['content-type']

function push(compared: Compared, difference: Difference, notCounted: NotCounted[]): Difference[] {
  if (compared === 'varies') {
    notCounted.push({ field: difference.field, why: OTHER_ANSWER })
  }
  return compared === 'differs' ? [difference] : []
}

/** The fields of a certificate that are compared. */
export const CERTIFICATE_FIELDS: readonly [field: string, read: (tls: NonNullable<Result['tls']>) => string | null][] =
  [
    ['subject', (tls) => tls.subject],
    ['issuer', (tls) => tls.issuer],
    ['names', (tls) => [...tls.altNames].toSorted().join(', ')],
    ['expires', (tls) => tls.notAfter],
    [
      'trusted',
      ({ authorized, authorizationError }) =>
        authorized === null ? null : authorized ? 'yes' : (authorizationError ?? 'no'),
    ],
  ]

function certificateDifferences(left: AnsweredSide, right: AnsweredSide, notCounted: NotCounted[]): Difference[] {
  // On a runtime that shows no certificate there is nothing to compare.
  const certificates = (side: AnsweredSide) =>
    side.tries.flatMap(({ tls }) => (tls === null || tls.notAfter === null ? [] : [tls]))
  const [onLeft, onRight] = [certificates(left), certificates(right)]
  if (onLeft.length === 0 || onRight.length === 0) {
    return []
  }
  return CERTIFICATE_FIELDS.flatMap(([name, read]) => {
    const [values, others] = [onLeft.map(read), onRight.map(read)]
    const field = `certificate ${name}`
    const difference = { kind: 'certificate', field, left: values[0] ?? null, right: others[0] ?? null } as const
    return push(compareWhole(values, others), difference, notCounted)
  })
}

const isRedirect = ({ http }: Answered): boolean => http.status >= 300 && http.status < 400

function redirectDifferences(left: AnsweredSide, right: AnsweredSide, notCounted: NotCounted[]): Difference[] {
  if (!left.tries.some(isRedirect) || !right.tries.some(isRedirect)) {
    return []
  }
  const written = ({ path, tries }: AnsweredSide): Values =>
    tries.map(
      ({ http, resolvedAddress }) => http.location && withoutOwn(http.location, ownNames(path, resolvedAddress ?? '')),
    )
  const meant = ({ path, tries }: AnsweredSide): Values =>
    written({ path, tries, state: 'answered', failed: null }).map(
      (text) => text && absolute(withoutVolatile(text), path),
    )
  const difference = {
    kind: 'redirect',
    field: 'location',
    left: left.tries[0]?.http.location ?? null,
    right: right.tries[0]?.http.location ?? null,
  } as const
  const compared = compareTexts(meant(left), meant(right))
  if (compared === 'same' && compareWhole(written(left), written(right)) === 'differs') {
    notCounted.push({ field: 'location', why: 'leads to the same, and is written otherwise' })
  }
  return push(compared, difference, notCounted)
}

/** RFC 9110 10.2.2: a reference is resolved against the URL that was asked for. */
function absolute(location: string, { scheme, host, address }: PlannedPath): string {
  const base = `${scheme}://${host ?? '⟨address⟩'}/`
  if (location.startsWith('//')) {
    return `${scheme}:${location}`
  }
  return location.startsWith('/') && (host !== null || address !== null) ? base + location.slice(1) : location
}

/** What the answers to other requests say of a header or of a piece of a body. */
type Seen = {
  /** The values of a header that varies within the side for some request. */
  varying: Readonly<Record<Side, ReadonlyMap<string, ReadonlySet<string | null>>>>
  /** The values of a header that each side has given at all. */
  values: Readonly<Record<Side, ReadonlyMap<string, ReadonlySet<string | null>>>>
  /** Pieces of bodies that vary within a side, with the one before each. */
  pieces: ReadonlySet<string>
}

/**
 * Three tries may agree by chance where there are few values: one of two pods, a hit or a miss of a cache. Over all
 * requests of a comparison such values show on both sides.
 */
function seenIn(asked: readonly Readonly<Record<Side, Asked>>[]): Seen {
  const [varying, values] = [emptyValues(), emptyValues()]
  const pieces = new Set<string>()
  for (const request of asked) {
    for (const side of SIDES) {
      const one = request[side]
      if (one.state !== 'answered') {
        continue
      }
      for (const name of headerNames(one)) {
        const own = headerValues(one, name)
        addValues(values[side], name, own)
        if (new Set(own).size > 1) {
          addValues(varying[side], name, own)
        }
      }
      const bodies = one.tries.map(({ http }) => piecesOf(http.sketch?.body ?? ''))
      if (new Set(one.tries.map(({ http }) => http.sketch?.body)).size > 1) {
        for (const pair of varyingPairs(bodies, patternOf(bodies))) {
          pieces.add(pair)
        }
      }
    }
  }
  return { varying, values, pieces }
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

const headerNames = ({ tries }: AnsweredSide): ReadonlySet<string> =>
  new Set(tries.flatMap(({ http }) => Object.keys(http.headers)))

const headerValues = ({ tries, path }: AnsweredSide, name: string): Values =>
  tries.map(({ http, resolvedAddress }) => {
    const value = http.headers[name]
    return value === undefined
      ? null
      : withoutVolatile(withoutOwn(readHeader(name, value), ownNames(path, resolvedAddress ?? '')))
  })

/** A redirect is compared by itself. */
const isComparedHeader = (name: string, ignore: readonly string[]): boolean =>
  name !== 'location' && !isIgnoredHeader(name) && !isAmongHeaders(name, ignore)

function headerDifferences(
  left: AnsweredSide,
  right: AnsweredSide,
  { seen, ignore }: Known,
  notCounted: NotCounted[],
): Difference[] {
  const names = [...new Set([...headerNames(left), ...headerNames(right)])].filter((name) =>
    isComparedHeader(name, ignore),
  )
  const shown = names.toSorted().flatMap((name) => {
    const [onLeft, onRight] = [headerValues(left, name), headerValues(right, name)]
    const [raw, other] = [left.tries[0]?.http.headers[name] ?? null, right.tries[0]?.http.headers[name] ?? null]
    const compared = compareTexts(onLeft, onRight)
    if (compared === 'same' && raw !== other) {
      notCounted.push({ field: `header ${name}`, why: OF_CHANCE })
    }
    if (compared === 'differs' && isByChance(seen, name, onLeft, onRight)) {
      notCounted.push({ field: `header ${name}`, why: SEEN_ELSEWHERE })
      return []
    }
    return push(compared, { kind: 'header', field: `header ${name}`, left: raw, right: other }, notCounted)
  })
  return [...shown, ...hiddenDifferences(left, right, ignore, notCounted)]
}

/**
 * Either each side gives several values, of which these are some; or both sides give the one as well as the other, and
 * the header is seen to vary.
 */
function isByChance({ varying, values }: Seen, name: string, left: Values, right: Values): boolean {
  const isAmong = (known: ReadonlySet<string | null> | undefined, own: Values) =>
    own.every((value) => known?.has(value))
  if (isAmong(varying.left.get(name), left) && isAmong(varying.right.get(name), right)) {
    return true
  }
  const varies = varying.left.has(name) || varying.right.has(name)
  return varies && isAmong(values.right.get(name), left) && isAmong(values.left.get(name), right)
}

/** Of headers that may carry secrets it is compared whether they are there. */
function hiddenDifferences(
  left: AnsweredSide,
  right: AnsweredSide,
  ignore: readonly string[],
  notCounted: NotCounted[],
): Difference[] {
  const hidden = (side: AnsweredSide) => side.tries.map(({ http }) => http.sketch?.hidden ?? {})
  const [onLeft, onRight] = [hidden(left), hidden(right)]
  const names = [...new Set([...onLeft, ...onRight].flatMap(Object.keys))].filter((name) =>
    isComparedHeader(name, ignore),
  )
  return names.toSorted().flatMap((name) => {
    const there = (side: readonly Readonly<Record<string, string>>[]): Values =>
      side.map((each) => (each[name] === undefined ? null : 'there (its value is not shown)'))
    const field = `header ${name}`
    const [values, others] = [there(onLeft), there(onRight)]
    if (
      new Set([...onLeft, ...onRight].map((each) => each[name])).size > 1 &&
      compareWhole(values, others) === 'same'
    ) {
      notCounted.push({ field, why: 'its value may be a secret: only whether it is there is compared' })
    }
    const difference = { kind: 'header', field, left: values[0] ?? null, right: others[0] ?? null } as const
    return push(compareWhole(values, others), difference, notCounted)
  })
}

function cookieDifferences(left: AnsweredSide, right: AnsweredSide, notCounted: NotCounted[]): Difference[] {
  const cookies = (side: AnsweredSide) => side.tries.map(({ http }) => http.sketch?.cookies ?? {})
  const [onLeft, onRight] = [cookies(left), cookies(right)]
  const names = [...new Set([...onLeft, ...onRight].flatMap(Object.keys))]
  return names.toSorted().flatMap((name) => {
    const attributes = (side: readonly Readonly<Record<string, string>>[]): Values =>
      side.map((each) => (each[name] === undefined ? null : each[name] || 'no attributes'))
    const [values, others] = [attributes(onLeft), attributes(onRight)]
    const difference = {
      kind: 'cookie',
      field: `cookie ${name}`,
      left: values[0] ?? null,
      right: others[0] ?? null,
    } as const
    return push(compareWhole(values, others), difference, notCounted)
  })
}

function bodyDifferences(
  left: AnsweredSide,
  right: AnsweredSide,
  { seen }: Known,
  notCounted: NotCounted[],
): Difference[] {
  const answers = [...left.tries, ...right.tries].map(({ http }) => http)
  if (answers.some(({ bodyCut }) => bodyCut === 'time')) {
    notCounted.push({ field: 'body', why: 'it has no end that is announced, and was read for a while only' })
    return []
  }
  if (new Set(answers.map(({ bodySha256 }) => bodySha256)).size === 1) {
    return []
  }
  const pattern = ({ tries }: AnsweredSide) => patternOf(tries.map(({ http }) => piecesOf(http.sketch?.body ?? '')))
  const { differ, varies } = comparePatterns(pattern(left), pattern(right))
  const counted = differ.filter(({ after, left: own, right: other }) => {
    const isKnown = (pieces: readonly string[]) =>
      pieces.every((piece, at) => seen.pieces.has(pairOf(pieces[at - 1] ?? after, piece)))
    return !(isKnown(own) && isKnown(other))
  })
  if (counted.length === 0) {
    notCounted.push({ field: 'body', why: differ.length > 0 ? SEEN_ELSEWHERE : varies ? OTHER_ANSWER : OF_CHANCE })
    return []
  }
  return [{ kind: 'body', field: 'body', ...excerpts(left, right) }]
}

/** Characters that are shown of a body, from a little before where the two differ. */
const EXCERPT = 80
const BEFORE = 20

function excerpts(left: AnsweredSide, right: AnsweredSide): { left: string; right: string } {
  const [one, other] = [left.tries[0]?.http, right.tries[0]?.http]
  const [a, b] = [one?.bodySnippet ?? '', other?.bodySnippet ?? '']
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) {
    at++
  }
  const shown = (text: string, evidence: HttpEvidence | undefined): string => {
    const from = Math.max(0, at - BEFORE)
    const excerpt =
      at >= text.length && at > 0 ? '' : `: ${from > 0 ? '…' : ''}${text.slice(from, from + EXCERPT).trim()}`
    return `${evidence?.bodyBytes ?? 0} bytes, sha256 ${evidence?.bodySha256.slice(0, 12) ?? ''}${excerpt}`
  }
  return { left: shown(a, one), right: shown(b, other) }
}
