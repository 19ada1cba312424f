/** Redirects that lead nowhere, and what of a check goes along (trials: "https answers 308 to its own URL", S1, S3). */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HttpCheck } from '../../src/plan/check.ts'
import { createNodeNetwork } from '../../src/runtime/node/network.ts'
import { type Authority, createAuthority } from '../support/certificates.ts'
import { anExpectation, httpCheck, plannedPath, runPath } from '../support/checks.ts'
import { keeper, serveHttp, type TestServer } from '../support/servers.ts'

const network = createNodeNetwork()
const { keep, closeAll } = keeper()
let authority: Authority
beforeAll(async () => {
  authority = await createAuthority()
})
afterAll(closeAll)

const start = (listener: RequestListener, address = '127.0.0.1') => keep(serveHttp(listener, { address }))
const tried = async (
  server: TestServer,
  check: Partial<HttpCheck> = {},
  more: Parameters<typeof plannedPath>[0] = {},
) => {
  const path = plannedPath({ address: server.address, addressPort: server.port, checks: [httpCheck(check)], ...more })
  const { results } = await runPath(path, { network })
  return results[0]
}
const outcome = async (...of: Parameters<typeof tried>) => {
  const result = await tried(...of)
  return [result?.outcome, result?.failure?.code ?? result?.http?.status]
}
/** To where the request's Host and target say, written in another way. */
const to =
  (spell: (request: IncomingMessage) => string, status = 308): RequestListener =>
  (request, response) =>
    void response.writeHead(status, { location: spell(request) }).end()

describe('an address with a zone (trials: lows of security.md)', () => {
  it('is dialled with it, named without it, and redirects from it are followed', async () => {
    const asked: string[] = []
    const server = await start((request, response) => {
      asked.push(`${request.headers.host}${request.url}`)
      if (request.url === '/') {
        response.writeHead(302, { location: '/there' })
      }
      response.end()
    }, '::1')
    const more = { address: '::1%lo', family: 'IPv6' as const }
    expect(await outcome(server, { followRedirects: true }, more)).toEqual(['pass', 200])
    expect(asked).toEqual([`[::1]:${server.port}/`, `[::1]:${server.port}/there`])
  })
})

describe('a redirect to the same URL', () => {
  it.each<[string, (request: IncomingMessage) => string]>([
    ['as it is', ({ headers, url }) => `http://${headers.host}${url}`],
    ['relative', ({ url }) => url ?? ''],
    ['without its scheme', ({ headers, url }) => `//${headers.host}${url}`],
    ['with a fragment', ({ url }) => `${url}#top`],
    ['with a dot that goes nowhere', ({ url }) => `/x/..${url}`],
    ['empty', () => ''],
  ])('fails, followed or not: %s', async (_what, spell) => {
    for (const followRedirects of [false, true]) {
      const server = await start(to(spell))
      expect(await outcome(server, { followRedirects, path: '/a?b=c' })).toEqual(['fail', 'redirect_loop'])
      expect(server.connections).toBe(2)
    }
  })

  it.each([301, 302, 303, 307, 308])('fails with status %i, GET and HEAD alike', async (status) => {
    const server = await start(to(({ url }) => url ?? '/', status))
    expect(await outcome(server)).toEqual(['fail', 'redirect_loop'])
    expect(await outcome(server, { method: 'HEAD' })).toEqual(['fail', 'redirect_loop'])
  })

  it.each([
    ['TOAD.example', '/'],
    ['toad.example.', '/'],
    ['toad.example:443', ''],
  ])('fails over TLS where the host is spelled %s', async (host, target) => {
    const tls = await authority.issue()
    const server = await keep(
      serveHttp(
        to(() => `https://${host}${target}`),
        { tls },
      ),
    )
    const check = {
      host: 'toad.example',
      tls: { serverName: null, insecureSkipVerify: true, caPem: null, minDaysToExpiry: null },
    }
    expect(await outcome(server, check, { scheme: 'https' })).toEqual(['fail', 'redirect_loop'])
  })

  it('is asked again with the cookie that it sets, and the second answer decides', async () => {
    const cookies: unknown[] = []
    const session: RequestListener = ({ headers, url }, response) => {
      cookies.push(headers.cookie)
      if (headers.cookie?.includes('sid=1')) {
        response.end('in')
      } else {
        response.writeHead(302, { location: url, 'set-cookie': ['sid=1; Path=/; HttpOnly', 'old=; Max-Age=0'] }).end()
      }
    }
    const server = await start(session)
    expect(await outcome(server, { headers: { Cookie: 'mine=1' } })).toEqual(['pass', 200])
    expect(cookies).toEqual(['mine=1', 'mine=1; sid=1'])
    const forgetful = await start((_request, response) => {
      response.writeHead(302, { location: '/', 'set-cookie': 'sid=1' }).end()
    })
    expect(await tried(forgetful)).toMatchObject({
      outcome: 'fail',
      failure: {
        code: 'redirect_loop',
        message: 'status 302 leads back to the same URL, and does so again with the cookie that was set',
      },
    })
  })

  it('passes where the second answer is another, and is no loop where the method changes', async () => {
    let asked = 0
    const once = await start((_request, response) => {
      if (++asked === 1) {
        response.writeHead(307, { location: '/' }).end()
      } else {
        response.end('ok')
      }
    })
    expect(await outcome(once)).toEqual(['pass', 200])
    const posted = await start(({ method }, response) => {
      if (method === 'POST') {
        response.writeHead(303, { location: '/' }).end()
      } else {
        response.end('seen')
      }
    })
    expect(await outcome(posted, { method: 'POST', body: 'x' })).toEqual(['pass', 303])
    expect(await outcome(posted, { method: 'POST', body: 'x', followRedirects: true })).toEqual(['pass', 200])
  })
})

describe('a redirect to another URL', () => {
  it('is an answer where it is not followed', async () => {
    const server = await start(to(({ url }) => `${url}other`))
    expect(await outcome(server)).toEqual(['pass', 308])
    expect(server.connections).toBe(1)
  })

  it('is a loop where it leads back and forth, unless a cookie ends that', async () => {
    const circle: RequestListener = ({ url }, response) =>
      void response.writeHead(302, { location: url === '/' ? '/login' : '/' }).end()
    expect(await outcome(await start(circle), { followRedirects: true })).toEqual(['fail', 'redirect_loop'])
    const login: RequestListener = ({ url, headers }, response) => {
      if (url === '/login') {
        response.writeHead(302, { location: '/', 'set-cookie': 'in=1; Path=/' }).end()
      } else if (headers.cookie === 'in=1') {
        response.end('welcome')
      } else {
        response.writeHead(302, { location: '/login' }).end()
      }
    }
    expect(await outcome(await start(login), { followRedirects: true })).toEqual(['pass', 200])
  })

  const SECRETS = {
    Authorization: 'Bearer top',
    Cookie: 'a=1',
    'X-Api-Key': 'top',
    'X-Tenant': 'pond',
    'User-Agent': 'mine',
  }
  const heard = () => {
    const seen: { method: string | undefined; headers: object; body: string }[] = []
    const listener: RequestListener = (request: IncomingMessage, response: ServerResponse) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        seen.push({ method: request.method, headers: request.headers, body })
        response.end('ok')
      })
    }
    return { seen, listener }
  }
  const given = { headers: SECRETS, body: 'top', method: 'POST', followRedirects: true }

  it.each([301, 302, 303, 307, 308])(
    'takes no header and no body of the check to another origin (%i)',
    async (status) => {
      for (const other of ['another host', 'another port', 'another scheme']) {
        const { seen, listener } = heard()
        const tls = other === 'another scheme' ? await authority.issue() : null
        const there = await keep(
          serveHttp(listener, { address: other === 'another host' ? '127.0.0.2' : '127.0.0.1', ...(tls && { tls }) }),
        )
        const server = await start(to(() => `http${tls ? 's' : ''}://${there.address}:${there.port}/x`, status))
        const check = {
          ...given,
          tls: { serverName: null, insecureSkipVerify: true, caPem: null, minDaysToExpiry: null },
        }
        expect(await outcome(server, check)).toEqual(['pass', 200])
        const [{ headers, body } = { headers: {}, body: '' }] = seen
        expect({ ...headers, host: '', 'content-length': '' }).toEqual({
          ...{ host: '', 'user-agent': 'portolan', accept: '*/*', connection: 'close', 'content-length': '' },
        })
        expect(body).toBe('')
      }
    },
  )

  it('from https to http on the same host takes nothing along, and brings nothing back', async () => {
    const { seen, listener } = heard()
    const plain = await start(listener)
    const tls = await authority.issue()
    const server = await keep(
      serveHttp(
        to(() => `http://127.0.0.1:${plain.port}/`, 307),
        { tls },
      ),
    )
    const check = { ...given, tls: { serverName: null, insecureSkipVerify: true, caPem: null, minDaysToExpiry: null } }
    expect(await outcome(server, check, { scheme: 'https' })).toEqual(['pass', 200])
    expect(JSON.stringify(seen)).not.toMatch(/top|a=1|pond/)
  })

  it('takes everything along within the origin', async () => {
    const seen: unknown[] = []
    const server = await start(({ url, headers, method }, response) => {
      seen.push([method, headers.authorization, headers['x-tenant'], headers['content-length']])
      if (url === '/') {
        response.writeHead(307, { location: '/next' }).end()
      } else {
        response.end()
      }
    })
    await tried(server, given)
    expect(seen).toEqual([
      ['POST', 'Bearer top', 'pond', '3'],
      ['POST', 'Bearer top', 'pond', '3'],
    ])
  })
})

it('takes a Host that no URL can have for what it is: no error of ours', async () => {
  const server = await start(to(() => '/next'))
  expect(await outcome(server, { host: '127.0.0.1%lo', followRedirects: true, expect: anExpectation() })).toEqual([
    'fail',
    'unexpected_status',
  ])
})
