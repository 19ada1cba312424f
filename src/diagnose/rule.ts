import type { FailureCode } from '../check/codes.ts'
import type { PathKind, Vantage } from '../plan/path.ts'
import type { Facts } from './facts.ts'
import type { Finding, Layer } from './finding.ts'
import type { Seen } from './seen.ts'

/**
 * One cause: when it holds, how sure, what shows it, what to do. Confidence by the strength of the evidence:
 * `certain` where objects or results entail it, `likely` where they suggest it and nothing contradicts, `possible`
 * where it is one explanation among several.
 */
export type Rule = {
  /** The page under `docs/diagnoses/` bears its name. */
  code: string
  layer: Layer
  /** Codes of causes that say the same more exactly: where one of them holds, this one is silent. */
  unless?: readonly string[]
  /** Only where some path that it explains is explained by nothing else. */
  isLast?: boolean
  /** Of this kind, a path that passes although the cause would break it proves the cause wrong. */
  refutedBy?: PathKind
  /**
   * How it shows on a direct path; of a cause that only an Ingress suffers from, there. A failure of another kind is not its doing, and tells against a suspicion; where
   * all are of this kind, what was merely possible is likely.
   */
  showsAs?: ReadonlySet<FailureCode>
  /** Each time that it holds by the objects alone; empty: it does not. */
  when?(facts: Facts): readonly Cause[]
  /** Each time that it holds by comparing what passed with what failed. */
  after?(seen: Seen, target: Target): readonly Cause[]
}

export type Cause = Pick<Finding, 'confidence' | 'title' | 'detail' | 'fix' | 'confirm' | 'evidence' | 'explains'>

/** Of what is compared, as far as texts need it. */
export type Target = { namespace: string; service: string; fqdn: string; vantage: Vantage }

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
    const { code, layer } = rule
    if (rule.unless?.some((other) => found.has(other))) return []
    const causes = causesOf(rule)
    if (causes.length > 0) found.add(code)
    return causes.map((cause) => ({ code, layer, ...cause, docs: `docs/diagnoses/${code}.md` }))
  })
}
