/** The server that is asked, on either runtime, with something to find and something to dial. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ADMIN_TOKEN, type KubeObject, startApiServer } from '../support/api-server.ts'
import { startBundle } from '../support/bundle.ts'
import { writeKubeconfig } from '../support/kubeconfig.ts'
import { WORKERS_TOKEN } from '../support/portolan-on-workers.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

export type Runtime = 'node' | 'workers'

export type UnderTest = {
  runtime: Runtime
  url: string
  adminToken: string
  pod: Pod
  /** Lines of its log so far. */
  readonly lines: readonly string[]
  /** Why it is no longer there; `null`: it is. */
  ended(): string | null
  close(): Promise<void>
}

/** Loopback may be dialled and nothing else: what is generated names addresses of all the world. */
const LOOPBACK_ALONE = {
  PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
  PORTOLAN_EGRESS_DENY:
    '0.0.0.0/2,64.0.0.0/3,96.0.0.0/4,112.0.0.0/5,120.0.0.0/6,124.0.0.0/7,126.0.0.0/8,128.0.0.0/1,::/0',
}

/** What the pod never answers: jobs that ask for it can be cancelled. */
export const SLOW = '/slow'

export async function startUnderTest(runtime: Runtime): Promise<UnderTest> {
  const pod = await startPod('toad', '127.0.0.1', (request, response) => {
    if (request.url !== SLOW) {
      response.end("You've hit toad\n")
    }
  })
  const started = await (runtime === 'node' ? onNode(pod) : onWorkers())
  return {
    ...{ runtime, url: started.url, adminToken: WORKERS_TOKEN, pod, ended: started.ended },
    get lines() {
      return started.lines()
    },
    async close() {
      await started.close()
      await pod.close()
    },
  }
}

/** One client asks more than any may, and with tokens that nobody has. One of its tokens has limits of its own. */
const UNLIMITED = {
  PORTOLAN_RATE_LIMIT_REQUESTS: 'off',
  PORTOLAN_RATE_LIMIT_ADDRESS: 'off',
  PORTOLAN_RATE_LIMIT_FAILURES: 'off',
  PORTOLAN_RATE_LIMIT_TRIES: 'off',
}

type Started = { url: string; lines(): readonly string[]; ended(): string | null; close(): Promise<unknown> }

/** The bundle in a process of its own, with a cluster to read. */
async function onNode(pod: Pod): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-fuzz-'))
  const cluster = await startApiServer({ isPlain: true, isRecorded: true, hasGateway: true })
  cluster.objects.applyAll([live(pod.port)])
  const { url, program, stop } = await startBundle({
    ...LOOPBACK_ALONE,
    ...UNLIMITED,
    PORTOLAN_ADMIN_TOKEN: WORKERS_TOKEN,
    PORTOLAN_AUTH: 'tokens',
    PORTOLAN_VANTAGE: 'in-cluster',
    PORTOLAN_CLUSTER_DOMAIN: 'cluster.local',
    PORTOLAN_KUBECONFIG: writeKubeconfig(folder, { default: { server: cluster, token: ADMIN_TOKEN } }),
  })
  return {
    url,
    lines: () => program.lines,
    ended: () => (program.process.exitCode ?? program.process.signalCode)?.toString() ?? null,
    async close() {
      await stop()
      await cluster.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The Service as the cluster has it. */
const live = (port: number): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'toad-svc', namespace: 'default' } },
  ...toadService(port),
})

async function onWorkers(): Promise<Started> {
  // Wrangler makes no connections of its own.
  Object.assign(process.env, { CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false' })
  const { startOnWorkers } = await import('../support/portolan-on-workers.ts')
  const portolan = await startOnWorkers({ ...LOOPBACK_ALONE, ...UNLIMITED })
  return { url: portolan.url, lines: () => portolan.lines, ended: () => null, close: () => portolan.close() }
}
