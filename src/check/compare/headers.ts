import type { AnsweredSide } from './asked.ts'
import { type Difference, differenceIf, type NotCounted, OF_CHANCE, SEEN_ELSEWHERE } from './difference.ts'
import { isAmongHeaders, isIgnoredHeader } from './header-rules.ts'
import { headerNames, headerValues, isByChance, type Seen } from './seen.ts'
import { compareTexts, compareWhole, type Values } from './values.ts'

/** A redirect is compared by itself. */
const isComparedHeader = (name: string, ignore: readonly string[]): boolean =>
  name !== 'location' && !isIgnoredHeader(name) && !isAmongHeaders(name, ignore)

export function headerDifferences(
  left: AnsweredSide,
  right: AnsweredSide,
  { seen, ignore }: { seen: Seen; ignore: readonly string[] },
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
    return differenceIf(compared, { kind: 'header', field: `header ${name}`, left: raw, right: other }, notCounted)
  })
  return [...shown, ...hiddenDifferences(left, right, ignore, notCounted)]
}

/** Headers that may carry secrets are compared by whether they are there. */
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
    return differenceIf(compareWhole(values, others), difference, notCounted)
  })
}

export function cookieDifferences(left: AnsweredSide, right: AnsweredSide, notCounted: NotCounted[]): Difference[] {
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
    return differenceIf(compareWhole(values, others), difference, notCounted)
  })
}
