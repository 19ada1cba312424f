import { globSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'
import { startTestPortolan } from '../support/portolan.ts'

const TOKEN = 'a-token-for-the-tests'
const root = new URL('../../', import.meta.url).pathname
const examples = globSync('examples/manifests/*.yaml', { cwd: root })
  .sort()
  .map((file) => [file, readFileSync(root + file, 'utf8')] as const)
/** Over TLS the two differ: docs/runtimes.md. */
const GRPC = 'examples/manifests/grpc.yaml'
const MANIFEST = readFileSync(`${root}examples/manifests/clusterip.yaml`, 'utf8')

/** wrangler.toml as it is, on local workerd with its D1 and its assets. */
const harness = createTestHarness({
  root,
  workers: [{ configPath: 'wrangler.toml', secrets: { PORTOLAN_ADMIN_TOKEN: TOKEN } }],
})
beforeAll(() => harness.listen())
afterAll(() => harness.close())

async function call(path: string, init: { method?: string; body?: string; headers?: Record<string, string> } = {}) {
  const response = await harness.fetch(path, init)
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

const json = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` }
const yaml = { 'content-type': 'application/yaml', authorization: `Bearer ${TOKEN}` }

const withoutRequestId = (text: string) => ({ ...JSON.parse(text), requestId: null })

describe('Portolan on Workers', () => {
  it('answers /livez and /readyz without a token, and is ready when its database has its tables', async () => {
    expect((await call('/livez')).status).toBe(200)
    expect((await call('/readyz')).status).toBe(503)
    await harness.getWorker().applyD1Migrations('DB')
    expect((await call('/readyz')).status).toBe(200)
  })

  it('answers with the very plans of Node, ids included', async () => {
    const node = await startTestPortolan({ PORTOLAN_ADMIN_TOKEN: TOKEN })
    try {
      for (const [file, manifests] of examples.filter(([name]) => name !== GRPC)) {
        const body = JSON.stringify({ target: { manifests }, vantage: 'outside' })
        const there = await call('/v1/plan', { method: 'POST', body, headers: json })
        const here = await node.call('/v1/plan', { method: 'POST', body, headers: json })
        expect([file, there.status, withoutRequestId(there.text)]).toEqual([
          file,
          here.status,
          withoutRequestId(await here.text()),
        ])
      }
    } finally {
      await node.close()
    }
  })

  it('skips gRPC over TLS for where it stands, as no handshake there agrees on HTTP/2', async () => {
    const [, manifests] = examples.find(([name]) => name === GRPC) ?? []
    const body = JSON.stringify({ target: { manifests }, vantage: 'outside' })
    const { paths } = JSON.parse((await call('/v1/plan', { method: 'POST', body, headers: json })).text)
    const routed = paths.filter(({ kind }: { kind: string }) => kind === 'GRPCRoute')
    expect(routed.map(({ skipped }: { skipped: unknown }) => skipped)).toEqual(
      Array(2).fill({
        reason: 'vantage',
        detail: 'Workers cannot agree on HTTP/2 in a TLS handshake (ALPN): from Node gRPC over TLS can be asked',
      }),
    )
  })

  it('stands at the edge', async () => {
    const { status, text } = await call('/v1/plan', { method: 'POST', body: MANIFEST, headers: yaml })
    expect([status, JSON.parse(text).vantage]).toEqual([200, 'edge'])
  })

  it('needs a token for everything under /v1', async () => {
    const { status, type, text } = await call('/v1/plan', { method: 'POST', body: MANIFEST })
    expect([status, type, JSON.parse(text).code]).toEqual([401, 'application/problem+json', 'unauthenticated'])
  })

  it('serves the page of each problem', async () => {
    const { status, type, text } = await call('/docs/errors/not_found.md')
    expect([status, type, text.startsWith('# not_found')]).toEqual([200, 'text/markdown; charset=utf-8', true])
  })
})
