import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { mismatches } from '../../support/openapi.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { readProblem } from '../../support/read.ts'

let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan()
})
afterAll(() => api.close())

/** Returns what comes back for bytes that fetch would not send. */
async function answerTo(request: string): Promise<Response> {
  const { hostname, port } = new URL(api.url)
  const socket = connect(Number(port), hostname)
  socket.write(request)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line): [string, string] => [line.split(': ')[0] ?? '', line.split(': ')[1] ?? ''])
  return new Response(body, { status: Number(status.split(' ')[1]), headers })
}

it.each([
  ['a cookie', `GET /v1/jobs HTTP/1.1\r\nhost: x\r\ncookie: ${'c'.repeat(20_000)}\r\n\r\n`],
  ['a query', `GET /v1/jobs?label=${'q'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
])('headers that are too large, by %s, are a 431 with a problem that says what to do', async (_what, request) => {
  const answer = await answerTo(request)
  expect(await mismatches('GET', `${api.url}/v1/jobs`, answer.clone())).toEqual([])
  const { status, code, detail, requestId } = await readProblem(answer)
  expect({ status, code, id: answer.headers.get('x-request-id') }).toEqual({
    ...{ status: 431, code: 'headers_too_large', id: requestId },
  })
  expect(detail).toContain('may be said in the body')
})

it('a HEAD with headers that are too large has no body in its answer (RFC 9110 9.3.2), and the length of the one of a GET', async () => {
  const { hostname, port } = new URL(api.url)
  const socket = connect(Number(port), hostname)
  socket.write(`HEAD /v1/jobs HTTP/1.1\r\nhost: x\r\ncookie: ${'c'.repeat(20_000)}\r\n\r\n`)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 431 [\s\S]*content-length: [1-9]/)
  expect(body).toBe('')
})

it('what is no HTTP is a 400', async () => {
  expect((await answerTo('\u0016\u0003\u0001 hello\r\n\r\n')).status).toBe(400)
})
