import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'

const ADMIN = 'an-admin-token-of-tests'
let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_ADMIN_TOKEN: ADMIN, PORTOLAN_AUTH: 'tokens' })
})
afterAll(() => api.close())

describe('a problem of the API is a page for people alone', () => {
  const JAVA = { accept: 'text/html, image/gif, image/jpeg, */*; q=0.2' }
  const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'upgrade-insecure-requests': '1' }
  const PROBLEM = 'application/problem+json'
  const PAGE = 'text/html; charset=utf-8'

  it.each([
    ['a job that is none', 'GET', '/v1/jobs/none', 404, PROBLEM, 303, null],
    ['no token', 'GET', '/v1/schedules', 401, PROBLEM, 303, null],
    ['no token for metrics', 'GET', '/metrics', 401, PROBLEM, 303, null],
    ['another method', 'PUT', '/v1/jobs', 405, PROBLEM, 405, PAGE],
    ['an address under /v1/ that is none', 'GET', '/v1/none', 404, PROBLEM, 404, PAGE],
    ['an address that is none', 'GET', '/none', 404, PAGE, 404, PAGE],
    ['a report, which is a page as well', 'GET', '/v1/report?from=x', 400, PAGE, 400, PAGE],
    ['a page of the documentation that is none', 'GET', '/docs/none', 404, PAGE, 404, PAGE],
  ])('%s', async (_what, method, path, status, type, statusInBrowser, typeInBrowser) => {
    const authorized = status !== 401
    const ask = async (headers: Record<string, string>) => {
      const url = api.url + path
      const token = authorized ? { authorization: `Bearer ${ADMIN}` } : {}
      const answer = await fetch(url, { method, redirect: 'manual', headers: { ...headers, ...token } })
      return [answer.status, answer.headers.get('content-type')]
    }
    expect(await ask(JAVA)).toEqual([status, type])
    expect(await ask(BROWSER)).toEqual([statusInBrowser, typeInBrowser])
  })
})
