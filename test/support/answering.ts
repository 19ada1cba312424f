/** Jobs whose every try, and every control that the diagnosis wants, is answered by a function: a small world. */

import { FAILURE_CODES, type FailureCode, type Phase } from '../../src/check/codes.ts'
import type { Control, ControlKind } from '../../src/check/control.ts'
import { controlId, shownOf } from '../../src/check/control.ts'
import { NO_TIMINGS } from '../../src/check/network.ts'
import { judgePath, tellingTry } from '../../src/check/outcome.ts'
import { type Result, type Telling, tellingOf } from '../../src/check/result.ts'
import { diagnoseJob, diagnoseObjects, wantedControls } from '../../src/diagnose/diagnose.ts'
import type { Diagnosis } from '../../src/diagnose/finding.ts'
import type { TestedPath } from '../../src/diagnose/seen.ts'
import { hostPort } from '../../src/lib/address.ts'
import type { PlannedPath, Position } from '../../src/plan/path.ts'
import { planPaths } from '../../src/plan/plan.ts'
import { planInput } from './plan-text.ts'

export type Question = {
  path: PlannedPath
  to: string
  host: string
  /** `null`: the path's own try. */
  control: Control | null
  sample: number
}

export type Reply = {
  failure?: FailureCode
  /** It is needed only where the failure code does not name its phase. */
  phase?: Phase
  status?: number
  body?: string
  headers?: Record<string, string>
  headerBytes?: number
} & Partial<Pick<Result, 'responder' | 'tls' | 'timings' | 'localAddress' | 'resolvedAddress' | 'dns'>>

const PHASES: Readonly<Record<string, Phase>> = { dns: 'dns', connect: 'connect', tls: 'tls', exchange: 'response' }

function resultOf(
  reply: Reply,
  of: Pick<Result, 'id' | 'pathId' | 'check' | 'address' | 'sample' | 'purpose'>,
  unknown: boolean,
): Result {
  const { failure, phase, status, body = '', headers = {}, headerBytes = 100, ...more } = reply
  const answered = status !== undefined || failure === undefined
  const outcome = failure === undefined ? 'pass' : unknown ? 'skipped' : 'fail'
  return {
    ...{ jobId: 'job_01KB0000000000000000000000', try: 1, round: 1, startedAtMs: 0, outcome },
    ...{
      resolvedAddress: of.address,
      localAddress: '10.244.9.9',
      timings: NO_TIMINGS,
      dns: null,
      tls: null,
      responder: null,
    },
    ...of,
    http: answered
      ? {
          ...{ status: status ?? 200, version: '1.1', headers, headerBytes, location: headers.location ?? null },
          ...{ bodyBytes: body.length, bodySnippet: body.slice(0, 512), bodySha256: body },
        }
      : null,
    failure:
      failure === undefined
        ? null
        : {
            ...{ code: failure, source: 'target', message: failure },
            phase: phase ?? PHASES[FAILURE_CODES[failure]] ?? 'expectation',
          },
    ...more,
  }
}

export type Answered = { diagnosis: Diagnosis; found: string[]; asked: ControlKind[]; paths: readonly PlannedPath[] }

export type World = (question: Question) => Reply

/** Plans, "tries" and diagnoses. `deaf`: controls cannot be asked. */
export function answerJob(
  manifests: readonly unknown[],
  world: World,
  options: { vantage?: Position; samples?: number; deaf?: boolean; request?: Parameters<typeof planInput>[1] } = {},
): Answered {
  const { vantage = 'in-cluster', samples = 1, deaf = false } = options
  const input = planInput(manifests, { target: { namespace: 'pond', service: 'toad' }, vantage, ...options.request })
  const plan = planPaths(input)
  const tested = plan.paths.map((path): TestedPath => {
    if (path.skipped !== null) {
      return { path, outcome: 'skipped', skipped: path.skipped, deciding: [], telling: null, told: [] }
    }
    const to = hostPort(path.address ?? '', path.addressPort, '')
    const host = hostPort(path.host ?? path.address ?? '', path.addressPort, path.scheme)
    const results = Array.from({ length: samples }, (_, at) => {
      const reply = path.variable !== null ? {} : world({ path, to, host, control: null, sample: at + 1 })
      const result = resultOf(
        reply,
        {
          id: `res_${path.id}_${at}`,
          pathId: path.id,
          check: 'default',
          address: path.address ?? '',
          sample: at + 1,
          purpose: 'check',
        },
        path.expected === 'unknown',
      )
      return path.dns !== null || path.variable !== null ? { ...result, http: null } : result
    })
    const judged = judgePath(path, results)
    const first = tellingTry(judged)
    const told = results.map(tellingOf)
    return { path, ...judged, telling: told.find(({ id }) => id === first?.id) ?? null, told }
  })
  const wanted = wantedControls(tested, plan)
  const controls: Telling[] = deaf ? [] : wanted.flatMap((control) => answer(control, plan.paths, world))
  const diagnosis = diagnoseJob(diagnoseObjects(plan, input.objects), tested, plan, controls)
  return {
    diagnosis,
    found: diagnosis.findings.map(({ code, confidence }) => `${code} ${confidence}`),
    asked: wanted.map(({ kind }) => kind),
    paths: plan.paths,
  }
}

function answer(control: Control, paths: readonly PlannedPath[], world: World): Telling[] {
  const path = paths.find(({ id }) => id === control.pathId)
  if (path === undefined) {
    throw new Error('a control is about no path')
  }
  const { ask } = control
  const { to } = shownOf(control)
  const host =
    ask.type === 'http' ? (ask.host ?? hostPort(path.host ?? path.address ?? '', path.addressPort, ask.scheme)) : to
  const reply = world({ path, to, host, control, sample: control.nth })
  const result = resultOf(
    reply,
    {
      ...{ id: controlId('job_01KB0000000000000000000000', control), pathId: path.id, check: control.check },
      ...{ address: control.to.address, sample: 1, purpose: 'control' as const },
    },
    false,
  )
  return [
    tellingOf({
      ...result,
      http: ask.type === 'http' || ask.type === 'get' ? result.http : null,
      control: shownOf(control),
    }),
  ]
}
