import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createLog } from '../../src/lib/log.ts'
import { readConfig } from '../../src/runtime/node/config.ts'
import { type Portolan, type StartOptions, startPortolan } from '../../src/runtime/node/server.ts'
import { mismatches } from './openapi.ts'

export type TestPortolan = Portolan & {
  /** fetch against it; every answer must match the committed `openapi.yaml`. */
  call(path: string, init?: RequestInit & { json?: unknown; yaml?: string }): Promise<Response>
  /** Log lines so far. */
  lines: readonly string[]
  databaseFile: string
}

/** A Portolan with a real SQLite file in a folder of its own, on a free loopback port, that may dial loopback. */
export async function startTestPortolan(
  env: Record<string, string> = {},
  options: Omit<StartOptions, 'log'> = {},
): Promise<TestPortolan> {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-test-'))
  const databaseFile = env.PORTOLAN_DATABASE ?? join(folder, 'portolan.db')
  const lines: string[] = []
  const portolan = await startPortolan(
    readConfig({
      PORTOLAN_PORT: '0',
      PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8,::1/128',
      PORTOLAN_VANTAGE: 'in-cluster',
      ...env,
      PORTOLAN_DATABASE: databaseFile,
    }),
    { ...options, log: createLog('debug', (line) => lines.push(line), Date.now) },
  )
  return {
    ...portolan,
    lines,
    databaseFile,
    async call(path, init = {}) {
      const { json, yaml, ...rest } = init
      const headers = new Headers(rest.headers)
      if (json !== undefined) headers.set('content-type', 'application/json')
      if (yaml !== undefined) headers.set('content-type', 'application/yaml')
      const body = json !== undefined ? JSON.stringify(json) : (yaml ?? rest.body)
      const method = rest.method ?? (body === undefined ? 'GET' : 'POST')
      const response = await fetch(portolan.url + path, {
        ...rest,
        method,
        headers,
        ...(body !== undefined && { body }),
      })
      expect(await mismatches(method, portolan.url + path, response)).toEqual([])
      return response
    },
    async close() {
      await portolan.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
