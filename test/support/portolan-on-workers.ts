import type { TestHarness } from 'wrangler'
import { buildPages } from '../../scripts/build-pages.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { startDohServer } from './doh-server.ts'
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

/** The settings of `wrangler.toml`, with an entry that tests can hold. */
function configOf({ unstable_readConfig }: Wrangler, env: Record<string, string>) {
  const config = unstable_readConfig({ config: `${root}wrangler.toml` })
  const { name, compatibility_date, compatibility_flags, d1_databases, queues, triggers, assets } = config
  const { alias, minify, keep_names } = config
  return {
    ...{ name, compatibility_date, compatibility_flags, d1_databases, queues, triggers, assets },
    ...{ alias, minify, ...(keep_names !== undefined && { keep_names }) },
    main: 'test/runtime/workers/entry.ts',
    vars: {
      PORTOLAN_ADMIN_TOKEN: WORKERS_TOKEN,
      PORTOLAN_SECRET_KEY: btoa('0123456789abcdef0123456789abcdef'),
      PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8,::1/128',
      TEST_VANTAGE: 'in-cluster',
      ...env,
    },
  }
}

/**
 * The Worker of `wrangler.toml` on local workerd, with D1, queues and assets of its own. No account, no internet.
 *
 * @param caPem an authority that the runtime trusts.
 * @param migrated whether its database has its tables.
 * @param snapshot what an older build left in its database, before it is migrated.
 */
export async function startOnWorkers(
  env: Record<string, string>,
  { caPem = null, migrated = true, snapshot }: { caPem?: string | null; migrated?: boolean; snapshot?: Snapshot } = {},
): Promise<WorkersPortolan> {
  buildPages()
  const wrangler = await loadWrangler(caPem)
  const doh = await startDohServer({ localhost: { A: ['127.0.0.1'] } })
  const config = configOf(wrangler, { PORTOLAN_DOH_URL: doh.url, ...env })
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
