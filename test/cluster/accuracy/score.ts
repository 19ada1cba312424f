import { RULES } from '../../../src/diagnose/rules.ts'
import type { JobDocument, PlanDocument } from '../../../src/report/job-document.ts'
import { type Case, expectedOfCase, faultsOf, keyOf, sceneOfCase } from './cases.ts'

/**
 * `exact`: the first finding names the fault, and of two faults each is told; `layer`: it names the layer that is
 * broken; `wrong`: it names another, or of two faults one is not told, or a healthy set-up is told to be broken;
 * `silent`: nothing is told.
 */
export type Score = 'exact' | 'layer' | 'wrong' | 'silent'

export type Told = { code: string; confidence: string }

export type Outcome = {
  key: string
  kind: Case['kind'] | 'objects'
  names: readonly string[]
  since: 'old' | 'new'
  where: string
  /** For each fault; an empty list: it does not show from there. */
  expected: readonly (readonly string[])[]
  findings: readonly Told[]
  score: Score
  /** Findings that are called certain, and are not true. */
  untrue: readonly string[]
  verdict: string | null
  /** Tells what became of the paths; it is left out where the answer is exact and no finding is untrue. */
  seen?: unknown
}

const LAYERS: ReadonlyMap<string, string> = new Map(RULES.map(({ code, layer }) => [code, layer]))

export function judge(
  expected: readonly (readonly string[])[],
  allowed: readonly string[],
  findings: readonly Told[],
  verdict: string | null,
): Pick<Outcome, 'score' | 'untrue'> {
  const shown = expected.filter((codes) => codes.length > 0)
  const right = shown.flat()
  const untrue = findings
    .filter(({ code, confidence }) => confidence === 'certain' && !right.includes(code) && !allowed.includes(code))
    .map(({ code }) => code)
  return { score: scoreOf(), untrue }

  function scoreOf(): Score {
    const alarms = findings.filter(({ code }) => !allowed.includes(code))
    if (shown.length === 0) {
      return alarms.length === 0 && verdict !== 'fail' ? 'exact' : 'wrong'
    }
    // What is true beside the fault may come first only where nothing names the fault itself.
    const [first] = findings
    if (first === undefined) {
      return 'silent'
    }
    if (right.includes(first.code)) {
      const all = shown.every((codes) => findings.some(({ code }) => codes.includes(code)))
      return all ? 'exact' : 'wrong'
    }
    const layers = right.map((code) => LAYERS.get(code))
    return layers.includes(LAYERS.get(first.code)) ? 'layer' : 'wrong'
  }
}

/** @param seen what became of the paths, kept where the answer is not exact. */
export function outcomeOf(of: Case, { diagnosis, verdict }: JobDocument, seen: unknown): Outcome {
  const faults = faultsOf(of)
  const expected = expectedOfCase(of)
  const { shape } = sceneOfCase(of)
  const allowed = [...(shape.notes ?? []), ...faults.flatMap(({ also = [], codes }) => [...also, ...codes])]
  // A fault that does not show must not be told: its own codes are no excuse.
  const notes = expected.some((codes) => codes.length > 0)
    ? allowed
    : [...(shape.notes ?? []), ...faults.flatMap(({ also = [] }) => also)]
  const findings = diagnosis.findings.map(({ code, confidence }) => ({ code, confidence }))
  const judged = judge(expected, notes, findings, verdict)
  return {
    key: keyOf(of),
    kind: of.kind,
    names: of.names,
    since: faults.some(({ since }) => since === 'new') ? 'new' : 'old',
    where: `${of.shape}, ${of.vantage}, ${of.mode}, ${of.network}`,
    expected,
    findings,
    verdict,
    ...judged,
    ...(judged.score === 'exact' && judged.untrue.length === 0 ? {} : { seen }),
  }
}

export function outcomeOfPlan(
  name: string,
  since: 'old' | 'new',
  codes: readonly string[],
  also: readonly string[],
  { diagnosis }: PlanDocument,
): Outcome {
  const findings = diagnosis.findings.map(({ code, confidence }) => ({ code, confidence }))
  const expected = [codes]
  return {
    key: `objects | ${name}`,
    kind: 'objects',
    names: [name],
    since,
    where: 'objects alone',
    expected,
    findings,
    verdict: null,
    ...judge(expected, also, findings, null),
  }
}
