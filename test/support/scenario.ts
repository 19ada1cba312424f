/** A job as a diagnosis sees it, told in a line a path: manifests, what each path did in how many tries, from where. */
import { diagnoseJob, diagnoseObjects } from '../../src/diagnose/diagnose.ts'
import type { Diagnosis } from '../../src/diagnose/finding.ts'
import type { TestedPath } from '../../src/diagnose/seen.ts'
import type { Plan, PlannedPath, Position } from '../../src/plan/path.ts'
import { planPaths } from '../../src/plan/plan.ts'
import { planInput } from './plan-text.ts'
import { seenAs, type Told } from './seen.ts'

type Evidence = NonNullable<Parameters<typeof seenAs>[2]>

/** `ok` is a pass with that status. `of` counts the tries and `fails` those that failed (all, if not said). */
export type Did =
  | Told
  | { ok: number }
  | { as: Told; of?: number; fails?: number; evidence?: Partial<Evidence>; status?: number; location?: string }

export type Saw = (path: PlannedPath) => Did

export function testedAs(path: PlannedPath, did: Did): TestedPath {
  if (did === null || typeof did !== 'object') {
    return seenAs(path, did)
  }
  if ('ok' in did) {
    return withAnswer(seenAs(path, 'pass'), did.ok)
  }
  const { as, of = 1, fails = of, evidence = {}, status, location } = did
  const failed = seenAs(path, as, evidence)
  const seen = status === undefined ? failed : withAnswer(failed, status, location ?? null)
  const [passed] = seenAs(path, 'pass').deciding
  const [first] = seen.deciding
  if (first === undefined || passed === undefined) {
    return seen
  }
  const deciding = Array.from({ length: of }, (_, at) => ({ ...(at < fails ? first : passed), sample: at + 1 }))
  return { ...seen, deciding }
}

function withAnswer(tested: TestedPath, status: number, location: string | null = null): TestedPath {
  const { telling } = tested
  if (telling === null) {
    return tested
  }
  const http = {
    ...{ status, version: '1.1', headers: {}, headerBytes: 0, location, bodyBytes: 0, bodySnippet: '', bodySha256: '' },
  }
  const answered = { ...telling, http }
  return { ...tested, telling: answered, told: [answered] }
}

export type Scene = {
  manifests: readonly unknown[]
  /** `of`: made of the paths that were planned. */
  saw: Saw | { of(paths: readonly PlannedPath[]): Saw }
  vantage?: Position
  asked?: Parameters<typeof planInput>[1]
}

export function diagnosed({ manifests, saw, vantage = 'in-cluster', asked = {} }: Scene): {
  plan: Plan
  diagnosis: Diagnosis
} {
  const input = planInput(manifests, { target: { namespace: 'pond', service: 'toad' }, vantage, ...asked })
  const plan = planPaths(input)
  const seen = 'of' in saw ? saw.of(plan.paths) : saw
  const tested = plan.paths.map((path) => testedAs(path, seen(path)))
  return { plan, diagnosis: diagnoseJob(diagnoseObjects(plan, input.objects), tested, plan) }
}

/** Findings as `code confidence: what it explains`. */
export function told(scene: Scene): string[] {
  const { plan, diagnosis } = diagnosed(scene)
  const kinds = new Map(plan.paths.map(({ id, kind }) => [id, kind]))
  return diagnosis.findings.map(({ code, confidence, explains }) =>
    `${code} ${confidence}: ${[...new Set(explains.map((id) => kinds.get(id)))].join(' ')}`.trim(),
  )
}
