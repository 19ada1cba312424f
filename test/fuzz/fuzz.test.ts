/** What `npm run fuzz` stands on: a judge that sees what is wrong, and requests that are worth asking. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Asked, anyAsked } from './asked.ts'
import { OPERATIONS, resolved, type Schema } from './document.ts'
import { fromSchema } from './from-schema.ts'
import { createIds } from './ids.ts'
import { wrongOnTheWire, wrongWith } from './judge.ts'
import type { Answer } from './send.ts'

const URL = 'http://127.0.0.1:1'
const asking = (over: Partial<Asked> = {}): Asked => ({
  ...{ how: 'plain', operationId: 'getLivez', method: 'GET', target: '/livez', headers: [], body: null },
  ...over,
})
const answering = (status: number, body: unknown, type = 'application/json'): Answer => ({
  ...{ status, headers: { 'content-type': type }, isCut: false, ms: 1 },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})
const problem = (status: number, code: string) => ({
  ...{ type: `/docs/errors/${code}.md`, title: 'No', status, detail: 'No.', instance: '/', code, requestId: 'req_1' },
  errors: [],
})
const judge = (asked: Asked, answer: Answer) => wrongWith(URL, 'node', asked, answer)

describe('the judge of answers', () => {
  it('takes what the document says', async () => {
    const unknown = answering(404, problem(404, 'not_found'), 'application/problem+json')
    const job = asking({ operationId: 'getJob', target: '/v1/jobs/job_x' })
    expect(await judge(job, unknown)).toEqual([])
    expect(await judge(asking({ how: 'odd', target: '/toad' }), unknown)).toEqual([])
  })

  it.each([
    [
      'a 500, although it is documented',
      asking(),
      answering(500, problem(500, 'internal'), 'application/problem+json'),
    ],
    [
      'a status that the operation has not',
      asking(),
      answering(409, problem(409, 'conflict'), 'application/problem+json'),
    ],
    ['another content type', asking(), answering(200, 'ok', 'text/html')],
    [
      'a body that is no such body',
      asking({ target: '/v1/jobs', operationId: 'listJobs' }),
      answering(200, { items: [{}], nextCursor: null }),
    ],
    ['a property more', asking({ target: '/v1/jobs' }), answering(200, { items: [], nextCursor: null, toad: 1 })],
    ['a body for a HEAD', asking({ method: 'HEAD' }), answering(200, 'ok')],
    ['no route, and no problem', asking({ target: '/toad' }), answering(404, 'no', 'text/plain')],
  ])('tells of %s', async (_what, asked, answer) => {
    expect((await judge(asked, answer)).length).toBeGreaterThan(0)
  })

  it('tells of bytes that are no HTTP, and of server errors behind good answers', () => {
    expect(wrongOnTheWire(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toEqual([])
    expect(wrongOnTheWire(Buffer.from('toad'))).toHaveLength(1)
    const second = 'HTTP/1.1 200 OK\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n\nHTTP/1.1 500 No\r\n\r\n'
    expect(wrongOnTheWire(Buffer.from(second))).toEqual(['wire: 500'])
  })
})

describe('what is asked', () => {
  const arbitrary = anyAsked({ bodies: {}, authorizations: [null] })

  it('is the same again for the same seed', () => {
    const take = () => fc.sample(arbitrary, { seed: 7, numRuns: 20 }).map((ask) => ask(createIds()))
    expect(take()).toEqual(take())
  })

  it('is every operation of the document', () => {
    const asked = fc.sample(arbitrary, { seed: 7, numRuns: 2000 }).map((ask) => ask(createIds()).operationId)
    expect(new Set(asked)).toEqual(new Set(OPERATIONS.map(({ operationId }) => operationId)))
  })

  it('fits the schema of the body, mostly: what a schema cannot say is told by the server', () => {
    const ajv = new Ajv2020({ strict: false })
    addFormats.default(ajv)
    for (const { operationId, body } of OPERATIONS) {
      if (body === null) {
        continue
      }
      const validate = ajv.compile(whole(body))
      const fitting = fc.sample(fromSchema(body), { seed: 7, numRuns: 100 }).filter((value) => validate(value))
      expect([operationId, fitting.length > 60]).toEqual([operationId, true])
    }
  })
})

/** A schema with what its references name in their places; those that lead back to themselves allow anything. */
function whole(schema: Schema, within: readonly unknown[] = []): object {
  const own = resolved(schema)
  if (within.includes(own)) {
    return {}
  }
  const inside = [...within, own]
  const replaced = (node: unknown): unknown => {
    if (Array.isArray(node)) {
      return node.map(replaced)
    }
    if (typeof node !== 'object' || node === null) {
      return node
    }
    return '$ref' in node
      ? whole(node as Schema, inside)
      : Object.fromEntries(Object.entries(node).map(([k, v]) => [k, replaced(v)]))
  }
  return replaced(own) as object
}
