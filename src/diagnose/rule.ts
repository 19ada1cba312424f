import type { Control } from '../check/control.ts'
import type { Provenance } from '../kube/object-source.ts'
import type { Beside } from '../plan/beside.ts'
import { kindsThat, type PathKind } from '../plan/kinds.ts'
import type { OwnRole } from '../plan/own-objects.ts'
import type { Position } from '../plan/path.ts'
import type { Facts } from './facts.ts'
import type { Finding, Layer } from './finding.ts'
import type { Seen } from './seen.ts'
import type { Shows } from './shows.ts'

/** Scopes of a cause, the broadest first. A broader cause is told first, and explains narrower ones. */
export const SCOPES = ['vantage', 'network', 'dns', 'node', 'service', 'path'] as const
export type Scope = (typeof SCOPES)[number]

/** Tells by which passing paths a claim of the objects is refuted. */
export type Belied = {
  /** Kinds of which a path that reaches the pods, though the cause would keep everybody from them, proves it wrong. */
  by: readonly PathKind[]
  /** `objects`: the objects do not describe the cluster any more. `nothing`: it was no more than a suspicion. */
  leaves: 'objects' | 'nothing'
}

/**
 * One cause: when it holds, how sure, what shows it, what to do. Confidence by the strength of the evidence:
 * `certain` where objects or results entail it, `likely` where they suggest it and nothing contradicts, `possible`
 * where it is one explanation among several.
 */
export type Rule = {
  /** The page under `docs/diagnoses/` bears its name. */
  code: string
  layer: Layer
  /** Default: `service`. */
  scope?: Scope
  /** Codes of causes that say the same more exactly: where one of them holds, this one is silent. */
  unless?: readonly string[]
  /** It is told if it alone explains some of the paths that it explains; `alone`: if it alone explains all of them. */
  isLast?: true | 'alone'
  /** The finding makes the status `degraded`, even if every path passes. */
  degrades?: boolean
  belied?: Belied
  /**
   * The failures that the cause can make. It explains no others, and a failure of another kind speaks against it. Every
   * rule that finds a cause in the objects has it. When all direct failures are of this kind, a possible cause is likely.
   */
  showsAs?: Shows
  /** The latest warnings about these objects of the Service are evidence of the cause. Left out: none bears on it. */
  warnings?: readonly OwnRole[]
  /** Each time that it holds by the objects alone; empty: it does not. */
  when?(facts: Facts): readonly Cause[]
  /**
   * The control probes that it asks for when all tries are made: of this Service's own addresses, of the API server and
   * of the cluster's DNS. Those that tell most come first, because a job makes few.
   */
  asks?(seen: Seen, target: Target): readonly Control[]
  /** Each time that it holds by comparing what passed with what failed. What it finds replaces what `when` has found. */
  after?(seen: Seen, target: Target): readonly Cause[]
}

/** Kinds that lead to the pods through whatever the cluster knows of them; an endpoint is asked whether or not traffic goes there. */
export const WAYS_TO_PODS = kindsThat(({ between, role }) => between !== null && role !== 'pod')

export type Cause = Pick<Finding, 'confidence' | 'title' | 'detail' | 'fix' | 'confirm' | 'evidence' | 'explains'>

/** The Service that is diagnosed, as far as texts need it. */
export type Target = {
  namespace: string
  service: string
  fqdn: string
  position: Position
  beside: Beside
  /** Its objects come from here. Whoever sent them as manifests may send others. */
  source: Provenance['source']
}

/**
 * Applies rules in order; what a rule is silent about must stand before it.
 *
 * @param known codes found before.
 */
export function applyRules(
  rules: readonly Rule[],
  causesOf: (rule: Rule) => readonly Cause[],
  known: ReadonlySet<string> = new Set(),
): Finding[] {
  const found = new Set(known)
  return rules.flatMap((rule) => {
    const { code } = rule
    if (rule.unless?.some((other) => found.has(other))) {
      return []
    }
    const causes = causesOf(rule)
    if (causes.length > 0) {
      found.add(code)
    }
    return causes.map((cause) => findingOf(rule, cause))
  })
}

export const findingOf = ({ code, layer }: Pick<Rule, 'code' | 'layer'>, cause: Cause): Finding => ({
  code,
  layer,
  ...cause,
  docs: `docs/diagnoses/${code}.md`,
})
