import { expect } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { startTestPortolan, type TestPortolan } from './portolan.ts'
import { readJob } from './read.ts'
import { historyOf } from './read-history.ts'
import { serve } from './servers.ts'
import { type Pod, startPod, toadService } from './toad.ts'

export const HOUR = 3_600_000
/** Half an hour into an hour: jobs lie at known distances from it. */
export const NOW = Date.UTC(2026, 10, 23, 9, 30)

export type TwoDays = {
  api: TestPortolan
  history: ReturnType<typeof historyOf>
  pod: Pod
  /** It is the id of the last job of `toad-svc`. */
  lastJob: string
  close(): Promise<void>
}

type Asked = { atMs: number; service?: string; cluster?: string; port?: number; extra?: Record<string, unknown> }

/**
 * A history that real jobs made, and a clock that stands at {@link NOW}: `toad-svc` every three hours of two days with
 * three samples, failing in the middle; `cut` by our own deadline, then passing; `down`; `twice` in two clusters; `moved`,
 * whose first path was retired.
 */
export async function startTwoDays(): Promise<TwoDays> {
  let [fromMs, setAtMs, status] = [NOW, systemClock.monotonic(), 200]
  const setClock = (ms: number) => {
    ;[fromMs, setAtMs] = [ms, systemClock.monotonic()]
  }
  const now = () => Math.floor(fromMs + systemClock.monotonic() - setAtMs)
  const [api, pod, silent] = await Promise.all([
    startTestPortolan({}, { clock: { ...systemClock, now } }),
    startPod('toad-1', '127.0.0.1', (_request, response) => {
      response.writeHead(status)
      response.end('hello')
    }),
    serve(() => undefined),
  ])

  const run = async ({ atMs, service = 'toad-svc', cluster = 'default', port = pod.port, extra = {} }: Asked) => {
    setClock(atMs)
    const manifest = { ...toadService(port), metadata: { name: service, namespace: 'default' } }
    const json = {
      target: { cluster, manifests: [manifest] },
      paths: { include: ['ClusterIP'] },
      vantage: 'in-cluster',
      ...extra,
    }
    const job = await readJob(api.call('/v1/jobs?wait=20', { json }))
    expect(job.status).toBe('finished')
    return job.id
  }

  let lastJob = ''
  for (let hours = 48; hours > 0; hours -= 3) {
    status = hours > 24 && hours <= 30 ? 503 : 200
    lastJob = await run({ atMs: NOW - hours * HOUR, extra: { samples: 3 } })
  }
  await run({ atMs: NOW - HOUR, port: silent.port, service: 'cut', extra: { deadlineMs: 200 } })
  await run({ atMs: NOW - HOUR + 60_000, service: 'cut' })
  await run({ atMs: NOW - HOUR, service: 'down', port: 1 })
  await run({ atMs: NOW - HOUR, service: 'twice' })
  await run({ atMs: NOW - HOUR, service: 'twice', cluster: 'east' })
  await run({ atMs: NOW - 10 * HOUR, service: 'moved' })
  const extra = { checks: [{ name: 'tcp', type: 'tcp' }] }
  await run({ atMs: NOW - 9 * HOUR, service: 'moved', port: silent.port, extra })
  setClock(NOW)
  return {
    ...{ api, pod, lastJob, history: historyOf(api) },
    async close() {
      await Promise.all([api.close(), pod.close(), silent.close()])
    },
  }
}
