import { becauseText } from '../../src/plan/because.ts'
import { KINDS, type PathKind } from '../../src/plan/kinds.ts'
import type { Plan, PlannedPath } from '../../src/plan/path.ts'

/**
 * One line a path: what is dialled, and what is thought of it. `10.0.0.1:80 unknown`, `10.0.0.1:80` for a reachable
 * one, `- skipped pending`.
 */
export function lineOf({
  address,
  addressPort,
  url,
  dns,
  variable,
  expected,
  skipped,
  shortCut,
  kind,
  scheme,
}: PlannedPath): string {
  const where =
    variable !== null
      ? `${variable.name}=${variable.value}`
      : dns !== null || KINDS[kind].routedBy === 'request'
        ? `${url ?? scheme}${dns === null && address !== null ? ` at ${address}:${addressPort}` : ''}`
        : address === null
          ? '-'
          : `${address}:${addressPort ?? '-'}`
  return [
    where,
    ...(expected === 'reachable' ? [] : [expected]),
    ...(shortCut ? ['short cut'] : []),
    ...(skipped === null ? [] : [`skipped ${skipped.reason}`]),
  ].join(' ')
}

export const linesOf = (plan: Plan, kind: PathKind): string[] =>
  plan.paths.filter((path) => path.kind === kind).map(lineOf)

/** Why a kind has no path. */
export const reasonOf = (plan: Plan, kind: string): string | undefined =>
  plan.notApplicable.find((each) => each.kind === kind)?.reason

/** A path with its reasons as the API shows them. */
export type ShownPath = Omit<PlannedPath, 'because'> & { because: readonly string[] }

/** The first path of a kind, which a test knows to be there. */
export function pathOf(plan: Plan, kind: PathKind, which: (path: PlannedPath) => boolean = () => true): ShownPath {
  const found = plan.paths.find((path) => path.kind === kind && which(path))
  if (found === undefined) {
    throw new Error(`no ${kind} path in ${plan.paths.map(lineOf).join('; ')}`)
  }
  return { ...found, because: found.because.map(becauseText) }
}

/** The reasons for an `unknown`: because entries that are prose. */
export const doubtsOf = (path: ShownPath): string[] => path.because.filter((because) => because.includes(': '))
