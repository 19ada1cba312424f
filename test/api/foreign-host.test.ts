import { request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'

let open: TestPortolan
let declared: TestPortolan

beforeAll(async () => {
  ;[open, declared] = await Promise.all([startTestPortolan(), startTestPortolan({ PORTOLAN_AUTH: 'none' })])
})
afterAll(() => Promise.all([open.close(), declared.close()]))

/** fetch sends no Host but its own. */
const statusFor = (api: TestPortolan, host: string, path = '/v1/jobs') =>
  new Promise<number | undefined>((resolve, reject) => {
    request(api.url + path, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })

it.each(['localhost', 'localhost:8080', '127.0.0.1', '127.1.2.3:80', '[::1]:8080'])(
  'without tokens answers to the loopback name %s',
  async (host) => {
    expect(await statusFor(open, host)).toBe(200)
  },
)

it.each(['rebound.example', '127.0.0.1.rebound.example', 'localhost.rebound.example:80', '10.0.0.7'])(
  'without tokens refuses %s: a page in a browser may have sent it',
  async (host) => {
    const statuses = [
      await statusFor(open, host),
      await statusFor(open, host, '/probe?target=127.0.0.1'),
      await statusFor(open, host, '/metrics'),
    ]
    expect(statuses).toEqual([403, 403, 403])
  },
)

it('answers to any name where the operator said so', async () => {
  expect(await statusFor(declared, 'portolan.example')).toBe(200)
})
