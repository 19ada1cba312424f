/** What a server has to do all at once, for as long as a soak lasts, and what must come of each. */
import type { JobDocument } from '../../src/report/job-document.ts'
import { type Listening, meet } from '../hostile/meet.ts'
import type { Pod } from '../support/toad.ts'
import { toadService } from '../support/toad.ts'

export type Verdict = 'pass' | 'fail'

export type Counts = {
  jobs: number
  schedules: number
  hostile: number
  reads: number
  /** Refused for a time: 503, as it is documented, and 408. */
  refused: number
}

export type Load = {
  readonly counts: Counts
  /** What was not as it must be, the first of each kind. */
  readonly wrong: ReadonlySet<string>
  /** Looks at what the schedules have made since the last look. */
  checkSchedules(): Promise<void>
  stop(): Promise<void>
}

const EVERY_S = 5
const HEALTHY = 12
const BROKEN = 4
const JOB_PAUSE_MS = 150
const READ_PAUSE_MS = 50
/** As `Retry-After` says. */
const REFUSED_MS = 1000
const PAGE = 100

type Made = { id: string; expected: Verdict; seen: Set<string> }

export async function startLoad(url: string, token: string, pod: Pod, hostile: readonly Listening[]): Promise<Load> {
  const counts: Counts = { jobs: 0, schedules: 0, hostile: 0, reads: 0, refused: 0 }
  const wrong = new Set<string>()
  const stopping = new AbortController()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }

  async function ask<T>(path: string, body?: object): Promise<T | null> {
    const response = await fetch(url + path, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) })
    const text = await response.text()
    // 408 is Node's, for a connection whose request it could not read for ten seconds: the machine was busy. It may be asked again.
    if (response.status === 503 || response.status === 408) {
      counts.refused++
      return null
    }
    if (!response.ok) {
      throw new Error(`${path.replaceAll(/[0-9A-Z]{26}/g, '…')}: ${response.status} ${text.slice(0, 300)}`)
    }
    return (/json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text) as T
  }

  const at = (port: number) => ({
    target: { manifests: [toadService(port)] },
    paths: { include: ['ClusterIP'] },
    checks: [{ type: 'http', name: 'home', path: '/', expect: { validStatusCodes: ['2xx'] } }],
  })
  const healthy = at(pod.port)
  const refused = at(1)
  const made: Made[] = []
  for (let nth = 0; nth < HEALTHY + BROKEN; nth++) {
    const job = nth < HEALTHY ? healthy : refused
    const schedule = await ask<{ id: string }>('/v1/schedules', {
      name: `soak ${nth}`,
      cron: `@every ${EVERY_S}s`,
      job,
    })
    made.push({ id: schedule?.id ?? '', expected: nth < HEALTHY ? 'pass' : 'fail', seen: new Set() })
  }

  /** What throws is wrong, and does not end the soak. */
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act()
    } catch (error) {
      wrong.add(error instanceof Error ? error.message : String(error))
    }
  }

  /** Does something again and again until the soak ends. */
  const again = async (pauseMs: number, act: (nth: number) => Promise<void>): Promise<void> => {
    for (let nth = 0; !stopping.signal.aborted; nth++) {
      await attempt(() => act(nth))
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  const job = async (nth: number): Promise<void> => {
    const expected: Verdict = nth % 4 === 0 ? 'fail' : 'pass'
    const done = await ask<JobDocument>('/v1/jobs?wait=30', expected === 'pass' ? healthy : refused)
    if (done === null) {
      return
    }
    counts.jobs++
    if (done.verdict !== expected) {
      wrong.add(`a job that must ${expected} is ${done.status}, ${done.verdict}: ${JSON.stringify(done.problem)}`)
    }
    await ask(`/v1/jobs/${done.id}/report?format=junit`)
  }

  /** Asks until it is not refused any more. */
  const insist = async (path: string, body: object): Promise<JobDocument> => {
    for (;;) {
      const done = await ask<JobDocument>(path, body)
      if (done !== null) {
        return done
      }
      await new Promise((resolve) => setTimeout(resolve, REFUSED_MS))
    }
  }

  const tryHostile = async (nth: number): Promise<void> => {
    const each = hostile[nth % hostile.length]
    const met = each && (await meet(insist, each))
    counts.hostile++
    if (met && !met.isRight) {
      wrong.add(`${met.name}: ${met.told}`)
    }
  }

  const read = async (nth: number): Promise<void> => {
    await ask(READS[nth % READS.length] ?? '/livez')
    counts.reads++
  }

  const workers = [
    again(JOB_PAUSE_MS, job),
    again(0, (nth) => tryHostile(nth * 2)),
    again(0, (nth) => tryHostile(nth * 2 + 1)),
    again(READ_PAUSE_MS, read),
  ]
  return {
    ...{ counts, wrong },
    checkSchedules: () => attempt(checkSchedules),
    async stop() {
      stopping.abort()
      await Promise.all(workers)
    },
  }

  async function checkSchedules(): Promise<void> {
    for (const { id, expected, seen } of made) {
      const page = await ask<{ items: readonly JobHead[] }>(`/v1/schedules/${id}/jobs?limit=${PAGE}`)
      for (const { id: jobId, status, verdict } of page?.items ?? []) {
        if (seen.has(jobId) || status === 'queued' || status === 'running') {
          continue
        }
        seen.add(jobId)
        counts.schedules++
        if (verdict !== expected) {
          wrong.add(`a scheduled job that must ${expected} is ${status}, ${verdict}`)
        }
      }
    }
  }
}

type JobHead = Pick<JobDocument, 'id' | 'status' | 'verdict'>

const SERVICE = '/v1/services/default/toad-svc'
const READS: readonly string[] = [
  ...[
    '/v1/jobs?limit=50',
    '/v1/jobs?verdict=fail',
    '/v1/services',
    '/v1/schedules',
    '/v1/batches',
    '/metrics',
    '/docs',
  ],
  ...[SERVICE, `${SERVICE}/results?limit=100`, `${SERVICE}/incidents`, `${SERVICE}/report`, `${SERVICE}/badge.svg`],
  ...['/v1/report', '/openapi.json', '/livez', '/readyz', '/v1/services/pond/toad', '/v1/services/pond/toad/results'],
]
