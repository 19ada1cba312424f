import type { Facts } from './facts.ts'
import type { Evidence, Finding, Layer } from './finding.ts'

/**
 * One cause: when it holds, how sure, what shows it, what to do. Confidence by the strength of the evidence:
 * `certain` where the objects entail it, `likely` where they suggest it and nothing contradicts, `possible` where it
 * is one explanation among several.
 */
export type Rule = {
  /** The page under `docs/diagnoses/` bears its name. */
  code: string
  layer: Layer
  /** Codes of causes that say the same more exactly: where one of them holds, this one is silent. */
  unless?: readonly string[]
  /** Each time that it holds; empty: it does not. */
  when(facts: Facts): readonly Cause[]
}

export type Cause = Pick<Finding, 'confidence' | 'title' | 'detail' | 'fix' | 'confirm' | 'explains'> & {
  evidence: readonly Extract<Evidence, { object: string }>[]
}

/** Applies the rules in order; what a rule is silent about must stand before it. */
export function applyRules(rules: readonly Rule[], facts: Facts): Finding[] {
  const found = new Set<string>()
  return rules.flatMap((rule) => {
    const { code, layer } = rule
    if (rule.unless?.some((other) => found.has(other))) return []
    const causes = rule.when(facts)
    if (causes.length > 0) found.add(code)
    return causes.map((cause) => ({ code, layer, ...cause, docs: `docs/diagnoses/${code}.md` }))
  })
}
