import { readFileSync } from 'node:fs'
import { OpenAPIHono } from '@hono/zod-openapi'
import { load } from 'js-yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mountRoutes } from '../../src/api/app.ts'
import type { ApiEnv } from '../../src/api/route.ts'
import { SCOPES } from '../../src/record/principal.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { type Problem, read } from '../support/read.ts'

const ADMIN_TOKEN = 'a-token-of-the-test-0123456789'
const METRICS_TOKEN = 'scrapes:only-0123456789'
const UNLIMITED = ['REQUESTS', 'ADDRESS', 'FAILURES'].map((name) => [`PORTOLAN_RATE_LIMIT_${name}`, '1000000'])

type Operation = { operationId: string; security: Record<string, string[]>[]; requestBody?: unknown }

const document = load(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
}

/** All that need a scope, with one that the document says. */
const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).flatMap(([method, { operationId, security, requestBody }]) => {
    const scope = security[0]?.bearer?.[0]
    const path = template.replaceAll(/\{\w+\}/g, 'nothing')
    return scope === undefined ? [] : [{ operationId, scope, path, method: method.toUpperCase(), requestBody }]
  }),
)

/** Routes of the application that the document has not: what each of them needs is asked elsewhere. */
const UNDOCUMENTED = [
  // test/api/mcp.test.ts: each tool with each scope
  'POST /mcp',
  // test/api/guarded.test.ts: where the API is, to who takes no page; test/pages/scopes.test.ts for pages
  'GET /',
]

it('the document has every route of the API, so that none is left out below', () => {
  const app = new OpenAPIHono<ApiEnv>()
  mountRoutes(app)
  const mounted = app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)
  const documented = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${template.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  )
  expect([...new Set(mounted)].toSorted()).toEqual([...documented, ...UNDOCUMENTED].toSorted())
  expect(UNDOCUMENTED.filter((route) => documented.includes(route))).toEqual([])
})

const clock = createManualClock(Date.UTC(2026, 10, 30, 12))
let api: TestPortolan
beforeAll(async () => {
  const tokens = { PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN, PORTOLAN_METRICS_TOKEN: METRICS_TOKEN }
  api = await startTestPortolan({ ...tokens, ...Object.fromEntries(UNLIMITED) }, { clock })
})
afterAll(() => api.close())

const make = (scopes: readonly string[], over = {}) =>
  read<{ id: string; token: string }>(
    api.call('/v1/tokens', {
      json: { name: scopes.join(), scopes, ...over },
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    }),
  )

it('every operation takes the tokens that have its scope, and no other, and names the one that is missing', async () => {
  const [expired, revoked] = [await make(SCOPES, { expiresAt: '2026-11-30T12:30:00Z' }), await make(SCOPES)]
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  await api.call(`/v1/tokens/${revoked.id}`, { method: 'DELETE', headers })
  clock.advance(3_600_000)
  const single = await Promise.all(
    SCOPES.map(async (scope) => ({ scopes: [scope], token: (await make([scope])).token })),
  )
  const allButOne = await Promise.all(
    SCOPES.filter((scope) => scope !== 'admin').map(async (left) => {
      const scopes = SCOPES.filter((scope) => scope !== left && scope !== 'admin')
      return { scopes, token: (await make(scopes)).token }
    }),
  )
  const asking: { scopes: readonly string[] | null; token: string | null }[] = [
    ...[...single, ...allButOne],
    { scopes: ['admin'], token: ADMIN_TOKEN },
    { scopes: ['metrics:read'], token: METRICS_TOKEN },
    ...[null, expired.token, revoked.token, 'not-a-token-of-ours'].map((token) => ({ scopes: null, token })),
  ]
  const counts = { allowed: 0, forbidden: 0, unauthenticated: 0 }
  for (const { operationId, scope, path, method, requestBody } of operations) {
    for (const { scopes, token } of asking) {
      const response = await api.call(path, {
        method,
        ...(requestBody !== undefined && { json: {} }),
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
      })
      const { status } = response
      const expected =
        scopes === null
          ? 'unauthenticated'
          : scopes.includes(scope) || scopes.includes('admin')
            ? 'allowed'
            : 'forbidden'
      const seen = status === 401 ? 'unauthenticated' : status === 403 ? 'forbidden' : 'allowed'
      expect([operationId, scopes, status, seen]).toEqual([operationId, scopes, status, expected])
      counts[seen]++
      if (seen === 'forbidden') {
        const own = scopes?.toSorted().join(', ')
        expect(await read<Problem>(response)).toMatchObject({
          ...{ status: 403, code: 'forbidden' },
          detail: `This needs the scope ${scope}, which the token does not have: it has ${own}. Send a token with that scope.`,
        })
      } else {
        await response.body?.cancel()
      }
    }
  }
  console.info(`${operations.length} operations × ${asking.length} tokens: ${JSON.stringify(counts)}`)
  expect(new Set(operations.map(({ scope }) => scope))).toEqual(new Set(SCOPES))
  expect(counts.allowed + counts.forbidden + counts.unauthenticated).toBe(operations.length * asking.length)
}, 300_000)
