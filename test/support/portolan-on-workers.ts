import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestHarness } from 'wrangler'
import type { Clock } from '../../src/lib/clock.ts'
import { startDohServer } from './doh-server.ts'
import { GENEROUS } from './generous.ts'
import { type D1, restoreD1, type Snapshot } from './snapshots.ts'
import type { WorkerControl } from './worker-control.ts'
import { loadWrangler } from './wrangler.ts'

const root = new URL('../../', import.meta.url).pathname

export const WORKERS_TOKEN = 'the-admin-token-of-the-tests'

export type WorkersPortolan = {
  url: string
  readonly lines: readonly string[]
  /** Fires the cron trigger, as every minute would. */
  cron(): Promise<void>
  /** @returns calls that could fail so far, and the most queries to D1 that an invocation has made. */
  control(control: WorkerControl): Promise<{ made: number; mostQueries: number }>
  close(): Promise<void>
}

type Wrangler = Awaited<ReturnType<typeof loadWrangler>>

let bundled: Promise<string> | null = null

/** The Worker as it would be deployed, but with an entry that tests can hold: bundled once in a process. */
function bundledWorker(): Promise<string> {
  bundled ??= bundle()
  return bundled
}

async function bundle(): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), 'portolan-bundle-'))
  const args = ['deploy', 'test/runtime/workers/entry.ts', '--dry-run', '--outdir', out]
  const env = { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false' }
  try {
    await promisify(execFile)(process.execPath, [`${root}node_modules/wrangler/bin/wrangler.js`, ...args], {
      ...{ cwd: root, env },
    })
    return readFileSync(join(out, 'entry.js'), 'utf8')
  } finally {
    rmSync(out, { recursive: true })
  }
}

/** The settings of `wrangler.toml`, of a Worker that is bundled already. */
function configOf(
  { unstable_readConfig }: Wrangler,
  main: string,
  env: Record<string, string>,
  requestsShared: number | null,
) {
  const config = unstable_readConfig({ config: `${root}wrangler.toml` })
  const { name, compatibility_date, compatibility_flags, d1_databases, queues, triggers, assets } = config
  return {
    ...{ name, compatibility_date, compatibility_flags, d1_databases, queues, triggers, assets },
    ...(requestsShared !== null && {
      ratelimits: [{ name: 'RATE_LIMIT', namespace_id: '1', simple: { limit: requestsShared, period: 60 as const } }],
    }),
    ...{ main, no_bundle: true },
    vars: {
      PORTOLAN_ADMIN_TOKEN: WORKERS_TOKEN,
      ...(env.PORTOLAN_SECRET_KEYS === undefined && {
        PORTOLAN_SECRET_KEY: btoa('0123456789abcdef0123456789abcdef'),
      }),
      PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8,::1/128',
      TEST_VANTAGE: 'in-cluster',
      ...GENEROUS,
      ...env,
    },
  }
}

/**
 * The Worker of `wrangler.toml` on local workerd, with D1, queues and assets of its own. No account, no internet.
 *
 * @param migrated whether its database has its tables.
 * @param requestsShared requests a minute that all isolates together count; `null`: none of them does.
 * @param snapshot what an older build left in its database, before it is migrated.
 */
export async function startOnWorkers(
  env: Record<string, string>,
  {
    migrated = true,
    requestsShared = null,
    snapshot,
  }: { migrated?: boolean; requestsShared?: number | null; snapshot?: Snapshot } = {},
): Promise<WorkersPortolan> {
  const [wrangler, script] = await Promise.all([loadWrangler(), bundledWorker()])
  const folder = mkdtempSync(join(tmpdir(), 'portolan-worker-'))
  const main = join(folder, 'entry.js')
  writeFileSync(main, script)
  const doh = await startDohServer({ localhost: { A: ['127.0.0.1'] } })
  const config = configOf(wrangler, main, { PORTOLAN_DOH_URL: doh.url, ...env }, requestsShared)
  const harness = wrangler.createTestHarness({ root, workers: [{ config }] })
  const { url } = await harness.listen()
  if (snapshot) {
    await restoreD1(snapshot, (await harness.getWorker<{ DB: D1 }>().getEnv()).DB)
  }
  if (migrated) {
    await harness.getWorker().applyD1Migrations('DB')
  }
  const at = url.href.replace(/\/$/, '')
  return {
    url: at,
    get lines() {
      return linesOf(harness)
    },
    async cron() {
      await harness.getWorker().scheduled({ cron: '* * * * *', scheduledTime: new Date() })
    },
    async control(control) {
      const response = await fetch(`${at}/test`, { method: 'POST', body: JSON.stringify(control) })
      return (await response.json()) as { made: number; mostQueries: number }
    },
    async close() {
      await Promise.all([harness.close(), doh.close()])
      rmSync(folder, { recursive: true })
    },
  }
}

const linesOf = (harness: TestHarness): string[] => harness.getLogs().map(({ message }) => message)

/** Moves the Worker's clock to where the test's stands, when it has moved by more than what passes meanwhile. */
export function followClock(portolan: WorkersPortolan, clock: Clock | undefined): () => Promise<void> {
  let aheadMs = 0
  return async () => {
    const wanted = clock === undefined ? 0 : clock.now() - Date.now()
    if (Math.abs(wanted - aheadMs) < 100) {
      return
    }
    aheadMs = wanted
    await portolan.control({ aheadMs })
  }
}
