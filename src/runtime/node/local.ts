/**
 * A Portolan within this process: the same application as a server's, on a database in memory, asked without a socket.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { createSecretBox } from '../../job/secret-box.ts'
import { systemClock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { createAssets } from './assets.ts'
import type { Config } from './config.ts'
import { openCore } from './core.ts'
import type { Listening } from './listen.ts'
import { openMemorySqlite } from './memory-sqlite.ts'
import { createProber } from './prober.ts'

export type Local = {
  /** Has the form of the global `fetch`; every address leads to this Portolan. */
  fetch(request: Request): Promise<Response>
  /**
   * Has it answer others too, who must name a loopback host: no token is asked for.
   *
   * @throws StartError where it cannot listen there.
   */
  listen(at: { host: '127.0.0.1'; port: number }): Promise<Pick<Listening, 'url'>>
  /** Ends the thread that probes and what reads clusters. What was recorded is gone. */
  close(): Promise<void>
}

/**
 * @param probesFrom the module that the thread runs, where it does not lie beside `prober.ts`.
 */
export async function openLocal(config: Config, log: Log, probesFrom?: URL): Promise<Local> {
  const { store, close } = openMemorySqlite()
  const core = await openCore(config, {
    ...{ store, clock: systemClock, log },
    secrets: await createSecretBox(randomBytes(32)),
    auth: { required: false, adminToken: null, metricsToken: null, loopbackOnly: true },
    isForOneRun: true,
    clientAddress: () => null,
    isSecure: () => false,
    notReady: async () => ({}),
    schedulesChanged: () => undefined,
    asset: createAssets(import.meta.url),
    createProber: (settings, ownLog) => createProber(settings, ownLog, probesFrom),
  })
  core.prober.start()
  core.runner.start()
  let listening: Listening | null = null
  return {
    async fetch(request) {
      // As whoever comes by a socket names the host
      request.headers.set('host', new URL(request.url).host)
      return core.app.fetch(request)
    },
    async listen(at) {
      const { listen } = await import('./listen.ts')
      listening = await listen(core.app.fetch, at, () => undefined)
      core.own.listeners = [listening.at]
      core.prober.toldOwn?.(core.own)
      return listening
    },
    async close() {
      await core.drain()
      await listening?.close()
      await core.close()
      close()
    },
  }
}
