import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createLog } from '../../src/lib/log.ts'
import { readConfig } from '../../src/runtime/node/config.ts'
import { type StartOptions, startPortolan } from '../../src/runtime/node/server.ts'
import { GENEROUS } from './generous.ts'
import { mismatches } from './openapi.ts'
import { proberWith } from './prober.ts'
import { restoreSqlite, type Snapshot } from './snapshots.ts'

/** The suites under `test/api` run on this runtime; vitest.config.ts runs them on both. */
export const RUNTIME = process.env.TEST_RUNTIME === 'workers' ? 'workers' : 'node'

export type TestPortolan = {
  /** The API listens there; no slash trails. */
  url: string
  /** fetch against it; every answer must match the committed `openapi.yaml`. */
  call(path: string, init?: RequestInit & { json?: unknown; yaml?: string }): Promise<Response>
  /** Log lines so far. */
  readonly lines: readonly string[]
  /** Fires the cron trigger of a Worker. Does nothing on Node, where the process has its own timers. */
  cron(): Promise<void>
  /** Empty on Workers. */
  databaseFile: string
  close(): Promise<void>
}

/**
 * A Portolan with a database of its own, on a free loopback port, that may dial loopback and stands in the cluster. On
 * Workers tokens are always needed: where the test names none, the right one is sent.
 */
export const startTestPortolan = (
  env: Record<string, string> = {},
  options: TestOptions = {},
): Promise<TestPortolan> => (RUNTIME === 'workers' ? startWorkers(env, options) : startNode(env, options))

/** Nobody waits for a turn: how busy the machine of the tests is must not decide what is answered. */
const EVERYBODY_BEGINS = () => ({ connected: () => undefined, mayBegin: () => Promise.resolve(true) })

/** `snapshot`: it starts on the database that an older build left. */
export type TestOptions = Omit<StartOptions, 'log'> & { snapshot?: Snapshot }

async function startNode(env: Record<string, string>, { snapshot, ...options }: TestOptions): Promise<TestPortolan> {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-test-'))
  const databaseFile = env.PORTOLAN_DATABASE ?? join(folder, 'portolan.db')
  if (snapshot) {
    restoreSqlite(snapshot, databaseFile)
  }
  const lines: string[] = []
  const portolan = await startPortolan(
    readConfig({
      PORTOLAN_PORT: '0',
      PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8,::1/128',
      PORTOLAN_VANTAGE: 'in-cluster',
      ...GENEROUS,
      ...env,
      PORTOLAN_DATABASE: databaseFile,
    }),
    {
      createAdmission: EVERYBODY_BEGINS,
      ...(options.clock && { createProber: proberWith(options.clock) }),
      ...options,
      log: createLog('debug', (line) => lines.push(line), Date.now),
    },
  )
  return {
    ...{ url: portolan.url, lines, databaseFile },
    call: caller(portolan.url, {}),
    cron: async () => undefined,
    async close() {
      await portolan.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startWorkers(env: Record<string, string>, { snapshot, ...options }: TestOptions): Promise<TestPortolan> {
  const { followClock, startOnWorkers, WORKERS_TOKEN } = await import('./portolan-on-workers.ts')
  const portolan = await startOnWorkers({ PORTOLAN_LOG_LEVEL: 'debug', ...env }, { ...(snapshot && { snapshot }) })
  const follow = followClock(portolan, options.clock)
  const call = caller(
    portolan.url,
    env.PORTOLAN_ADMIN_TOKEN === undefined ? { authorization: `Bearer ${WORKERS_TOKEN}` } : {},
  )
  return {
    url: portolan.url,
    get lines() {
      return portolan.lines
    },
    cron: () => portolan.cron(),
    databaseFile: '',
    async call(path, init) {
      await follow()
      return call(path, init)
    },
    close: () => portolan.close(),
  }
}

const caller =
  (url: string, always: Record<string, string>): TestPortolan['call'] =>
  async (path, init = {}) => {
    const { json, yaml, ...rest } = init
    const headers = new Headers(rest.headers)
    for (const [name, value] of Object.entries(always)) {
      if (!headers.has(name)) {
        headers.set(name, value)
      }
    }
    if (json !== undefined) {
      headers.set('content-type', 'application/json')
    }
    if (yaml !== undefined) {
      headers.set('content-type', 'application/yaml')
    }
    const body = json !== undefined ? JSON.stringify(json) : (yaml ?? rest.body)
    const method = rest.method ?? (body === undefined ? 'GET' : 'POST')
    const response = await fetch(url + path, { ...rest, method, headers, ...(body !== undefined && { body }) })
    expect(await mismatches(method, url + path, response)).toEqual([])
    return response
  }
