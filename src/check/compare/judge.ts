/**
 * Compares the answers of two sides to one request, each asked several times. Pure.
 *
 * @module
 */
import type { Side } from '../../plan/compare/comparison.ts'
import { ownAnswerOf } from '../fingerprints.ts'
import type { HttpEvidence } from '../network.ts'
import type { Outcome, Result } from '../result.ts'
import { type Answered, type AnsweredSide, type Asked, askedOf, isAnswered, type Tried } from './asked.ts'
import { bodyDifferences } from './bodies.ts'
import { type Difference, differenceIf, type NotCounted, OTHER_ANSWER } from './difference.ts'
import { cookieDifferences, headerDifferences } from './headers.ts'
import { withoutVolatile } from './pieces.ts'
import { absolute } from './redirects.ts'
import { type Seen, seenIn } from './seen.ts'
import { ownNames, withoutOwn } from './sketch.ts'
import { compareTexts, compareWhole, type Values } from './values.ts'

export type RequestJudgement = {
  /** `skipped`: one side could not be asked. */
  outcome: Outcome
  differences: readonly Difference[]
  notCounted: readonly NotCounted[]
  /** Tells why it was not compared; `null`: it was. */
  reason: string | null
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
  if (left.state === 'unlistened' && right.state === 'unlistened') {
    return judged([], [{ field: 'listener', why: 'neither side listens for its scheme' }])
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

/** Each value once, as a person would list them. */
const listOf = (values: readonly string[]): string => [...new Set(values)].join(' or ')

function judgeAnswers(left: AnsweredSide, right: AnsweredSide, known: Known): RequestJudgement {
  const differences: Difference[] = []
  const notCounted: NotCounted[] = failedTries(left, right)
  const of = <T>(side: AnsweredSide, read: (answer: Answered) => T): T[] => side.tries.map(read)
  const routed = { left: isUnrouted('left', left, known.own), right: isUnrouted('right', right, known.own) }
  differences.push(...certificateDifferences(left, right, notCounted))
  const statuses = [of(left, ({ http }) => `${http.status}`), of(right, ({ http }) => `${http.status}`)] as const
  // An application may answer in the very words of one of the routers; then both sides do, and nobody sees a difference.
  if (routed.left !== routed.right && !isOneAnswer(left, right)) {
    const shown = (side: Side, values: Values) => `${values[0]}${routed[side] ? ", the router's own answer" : ''}`
    differences.push({
      kind: 'routing',
      field: 'status',
      left: shown('left', statuses[0]),
      right: shown('right', statuses[1]),
    })
    return judged(differences, notCounted)
  }
  if (routed.left && routed.right) {
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
  // An answer that differs by its status has another body and other headers for the same reason.
  if (status === 'same') {
    differences.push(...headerDifferences(left, right, known, notCounted))
    differences.push(...cookieDifferences(left, right, notCounted))
    differences.push(...bodyDifferences(left, right, known.seen, notCounted))
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

const isOneAnswer = (left: AnsweredSide, right: AnsweredSide): boolean => {
  const [first, ...others] = [...left.tries, ...right.tries].map(({ http }) => http)
  return first !== undefined && others.every((other) => isSameAnswer(first, other))
}

const isSameAnswer = (one: HttpEvidence, other: HttpEvidence): boolean =>
  one.status === other.status &&
  (one.bodySha256 === other.bodySha256 || one.sketch?.body === other.sketch?.body) &&
  one.headers['content-type'] === other.headers['content-type']

/** The fields of a certificate that are compared. */
const CERTIFICATE_FIELDS: readonly [field: string, read: (tls: NonNullable<Result['tls']>) => string | null][] = [
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
    return differenceIf(compareWhole(values, others), difference, notCounted)
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
    notCounted.push({ field: 'location', why: 'leads to the same place, and is written differently' })
  }
  return differenceIf(compared, difference, notCounted)
}
