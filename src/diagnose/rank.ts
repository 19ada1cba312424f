/** The order of findings: the broadest cause first, then the surest. */
import type { Finding } from './finding.ts'
import { type Rule, SCOPES } from './rule.ts'

const SURENESS: Readonly<Record<Finding['confidence'], number>> = { certain: 0, likely: 1, possible: 2 }

/** The surest first; equally sure ones in the order of the rules: from the workload outwards. */
export const bySureness = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => SURENESS[a.confidence] - SURENESS[b.confidence])

/**
 * A finding that explains a failure comes before one that does not, and guesses come last; then scope, confidence and
 * the number of explained paths decide. A broader cause that explains all that a narrower one does comes before it
 * however sure they are, and replaces it if the broader one is no guess and the narrower is not entailed.
 */
export function byBreadth(findings: readonly Finding[], rules: readonly Rule[]): Finding[] {
  const scopes = new Map(
    rules.map(({ code, scope, isLast }) => [code, SCOPES.indexOf(scope ?? (isLast ? 'path' : 'service'))]),
  )
  const scopeOf = ({ code }: Finding): number => scopes.get(code) ?? SCOPES.indexOf('service')
  const keys: readonly ((finding: Finding) => number)[] = [
    ({ explains }) => (explains.length > 0 ? 0 : 1),
    ({ confidence }) => (confidence === 'possible' ? 1 : 0),
    (finding) => (finding.explains.length > 0 ? scopeOf(finding) : 0),
    ({ confidence }) => SURENESS[confidence],
  ]
  const ordered = findings.toSorted((a, b) => keys.map((key) => key(a) - key(b)).find((order) => order !== 0) ?? 0)
  const covers = (a: Finding, b: Finding): boolean =>
    scopeOf(a) < scopeOf(b) && b.explains.length > 0 && b.explains.every((id) => a.explains.includes(id))
  const left = ordered.filter(
    (each) =>
      each.confidence === 'certain' || !ordered.some((other) => other.confidence !== 'possible' && covers(other, each)),
  )
  return left.reduce<Finding[]>((told, each) => {
    const at = told.findIndex((before) => covers(each, before))
    return told.toSpliced(at === -1 ? told.length : at, 0, each)
  }, [])
}
