/**
 * The composition root on Cloudflare Workers. This runtime plans; it does not probe, so that jobs are no routes here.
 *
 * @module
 */
import { createApp, mountPlanning } from '../../api/app.ts'
import type { Asset, Deps } from '../../api/deps.ts'
import { createSignals, type JobQueue } from '../../job/queue.ts'
import { createSecretBox, type SecretBox } from '../../job/secrets.ts'
import { systemClock } from '../../lib/clock.ts'
import { createLog } from '../../lib/log.ts'
import { ProblemError } from '../../lib/problem.ts'
import { ConfigError } from '../config.ts'
import { VERSION } from '../version.ts'
import { type Env, readWorkersConfig } from './config.ts'
import { openD1 } from './d1.ts'

const BODY_LIMIT_BYTES = 16 * 1024 * 1024

type App = ReturnType<typeof createApp>

/** Built once per isolate, at the first request: bindings are not there before. */
let app: App | null = null

export default {
  async fetch(request, env, context) {
    try {
      app ??= createApp(await createDeps(env), mountPlanning)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      console.error(error.message)
      return new Response('The configuration is wrong; the log says how.\n', { status: 503 })
    }
    return app.fetch(request, env, context)
  },
} satisfies ExportedHandler<Env>

async function createDeps(env: Env): Promise<Deps> {
  const config = readWorkersConfig(env)
  return {
    store: openD1(env.DB),
    clock: systemClock,
    log: createLog(config.logLevel, (line) => console.log(line), systemClock.now),
    queue: noQueue,
    signals: createSignals(),
    secrets: config.secretKey === null ? noSecrets : await createSecretBox(fromBase64(config.secretKey)),
    place: {
      vantage: 'edge',
      namespace: null,
      environment: null,
      clusterDomain: config.clusterDomain,
      nodeName: null,
    },
    settings: {
      version: VERSION,
      cluster: config.cluster,
      dnsServers: config.dnsServers,
      queueLimit: config.queueLimit,
      waitLimit: 25,
      bodyLimitBytes: BODY_LIMIT_BYTES,
      auth: { required: true, adminToken: config.adminToken },
      pollMs: 1000,
      eventsLimitMs: 5 * 60_000,
    },
    async notReady() {
      await env.DB.prepare('select 1').first()
      return {}
    },
    check: null,
    figures: () => ({ startedAtMs: null, cpuMs: null, residentBytes: null, databaseBytes: null }),
    asset: (path) => readAsset(env.ASSETS, path),
  }
}

/** No route that is mounted here makes a job. */
const noQueue: JobQueue = {
  async enqueue(jobIds) {
    throw new Error(`nothing runs ${jobIds.join()} on this runtime`)
  },
  cancel: () => undefined,
}

const noSecrets: SecretBox = {
  async seal() {
    throw new ProblemError('impossible_request', 'Checks that carry secrets need PORTOLAN_SECRET_KEY.')
  },
  async open() {
    return null
  },
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))

async function readAsset(assets: Fetcher, path: string): Promise<Asset | null> {
  const found = await assets.fetch(new URL(path, 'https://assets.invalid/'))
  const contentType = found.headers.get('content-type')
  return found.ok && found.body !== null && contentType !== null ? { body: found.body, contentType } : null
}
