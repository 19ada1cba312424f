/**
 * A Portolan within this process: the same application as a server's, on a database in memory, asked without a socket.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { ProberGoneError } from '../../check/work.ts'
import { createSecretBox } from '../../job/secret-box.ts'
import { systemClock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { orAborted } from '../../lib/or-aborted.ts'
import { createAssets } from './assets.ts'
import type { Config } from './config.ts'
import { openCore } from './core.ts'
import type { Listening } from './listen.ts'
import { openMemorySqlite } from './memory-sqlite.ts'
import { createProber } from './prober.ts'

export type Local = {
  /** Has the form of the global `fetch`; every address leads to this Portolan. Rejects once it is {@link broken}. */
  fetch(request: Request): Promise<Response>
  /** Aborted by a {@link ProberGoneError} where the thread that probes has ended: no job ends any more. */
  broken: AbortSignal
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
  const broken = new AbortController()
  // A server starts another thread, and asks again; somebody who waits is told
  const proberEnded = (cause: unknown): void =>
    broken.abort(new ProberGoneError('the thread that probes has ended', { cause }))
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
    createProber: (settings, ownLog) => createProber(settings, ownLog, probesFrom, proberEnded),
  })
  core.prober.start()
  core.runner.start()
  let listening: Listening | null = null
  return {
    broken: broken.signal,
    async fetch(request) {
      // As whoever comes by a socket names the host
      request.headers.set('host', new URL(request.url).host)
      return orAborted((async () => core.app.fetch(request))(), broken.signal)
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
