import type { RequestListener } from 'node:http'
import { XMLParser } from 'fast-xml-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CompareDocument } from '../../src/report/compare/document.ts'
import { at, differencesOf, HOST, ingress, service } from '../support/compare.ts'
import { gateway, http, httpRoute } from '../support/gateway-manifests.ts'
import { RUNTIME, startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read, readJob, readJobs, readProblem } from '../support/read.ts'
import { keeper, refusedPort, serveHttp, type TestServer } from '../support/servers.ts'

const { keep, closeAll } = keeper()
let api: TestPortolan

beforeAll(async () => {
  api = await keep(startTestPortolan())
})
afterAll(closeAll)

/** Two routers, each of which answers as it is told, and a 404 of its own for hosts that it does not know. */
async function compareRouters(
  left: RequestListener,
  right: RequestListener,
  {
    paths = ['/'],
    more = {},
    query = 'wait=20',
    rightOwn = 'no route',
  }: { paths?: readonly string[]; more?: object; query?: string; rightOwn?: string } = {},
): Promise<Response> {
  const router =
    (listener: RequestListener, own: string): RequestListener =>
    (request, response) => {
      if (request.headers.host !== HOST) {
        response.writeHead(404, { 'content-type': 'text/plain' }).end(own)
        return
      }
      listener(request, response)
    }
  const [one, other] = [await keep(serveHttp(router(left, 'no route'))), await keep(serveHttp(router(right, rightOwn)))]
  return api.call(`/v1/compare?${query}`, {
    json: {
      target: { manifests: [service, ingress('old', paths), ingress('new', paths)] },
      left: { kind: 'Ingress', name: 'old', addresses: at(one) },
      right: { kind: 'Ingress', name: 'new', addresses: at(other) },
      ...more,
    },
  })
}

const compared = async (...asked: Parameters<typeof compareRouters>): Promise<CompareDocument> =>
  read<CompareDocument>(await compareRouters(...asked))

const hideHash = (text: string | null | undefined): string | null => text?.replace(/sha256 \w+/, 'sha256 …') ?? null

const page: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html', 'x-frame-options': 'DENY' }).end('<h1>shop</h1>')
}

const answering =
  (status: number, headers: Record<string, string | string[]> = {}, body = '<h1>shop</h1>'): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body)
  }

describe('POST /v1/compare', () => {
  it('passes two sides that answer alike, each request three times', async () => {
    let asked = 0
    const document = await compared((request, response) => {
      asked++
      page(request, response)
    }, page)
    expect([document.verdict, document.summary, differencesOf(document), asked]).toEqual([
      'pass',
      { alike: 1, different: 0, error: 0, unasked: 0, notSent: 0 },
      [],
      3,
    ])
    const [request] = document.requests
    expect(request).toMatchObject({ method: 'GET', scheme: 'http', host: HOST, path: '/', outcome: 'alike' })
    expect(request?.left).toMatchObject({ tries: 3, answer: { status: 200, bodyBytes: 13 } })
    expect(request?.left.curl).toBe(
      `curl -sS -i --max-time 10 --connect-to ::127.0.0.1:${request?.left.addressPort} http://${HOST}/`,
    )
  })

  it.each([
    ['a header that one side drops', page, answering(200), ['header', 'header x-frame-options', 'DENY', null]],
    [
      'another status of a redirect',
      answering(301, { location: '/new' }),
      answering(302, { location: '/new' }),
      ['status', 'status', '301', '302'],
    ],
    [
      'a redirect that leads elsewhere',
      answering(302, { location: `http://${HOST}/new` }),
      answering(302, { location: `https://${HOST}/new` }),
      ['redirect', 'location', `http://${HOST}/new`, `https://${HOST}/new`],
    ],
    [
      'a cookie with other attributes',
      answering(200, { 'set-cookie': 'sid=1; Path=/; Secure; HttpOnly' }),
      answering(200, { 'set-cookie': 'sid=2; Path=/; HttpOnly' }),
      ['cookie', 'cookie sid', 'httponly; path=/; secure', 'httponly; path=/'],
    ],
    [
      'a header that may be secret, without its value',
      answering(200, { 'x-auth-token': 'very-secret-value' }),
      answering(200),
      ['header', 'header x-auth-token', 'there (its value is not shown)', null],
    ],
    [
      'another body',
      answering(200, {}, '<h1>shop</h1>'),
      answering(200, {}, '<h1>shed</h1>'),
      ['body', 'body', '13 bytes, sha256 8b1f2ed6f3cc: <h1>shop</h1>', '13 bytes, sha256 8b1f2ed6f3cc: <h1>shed</h1>'],
    ],
  ] as const)('finds %s', async (_what, left, right, [kind, field, ...values]) => {
    const document = await compared(left, right)
    expect(document.verdict).toBe('fail')
    const found = differencesOf(document).map((each) => [
      each.kind,
      each.field,
      hideHash(each.left),
      hideHash(each.right),
    ])
    expect(found).toEqual([[kind, field, hideHash(values[0]), hideHash(values[1])]])
    expect(JSON.stringify(document)).not.toContain('very-secret-value')
  })

  it('tells a path that only one side routes from a 404 of the application', async () => {
    const missing = await compared(
      answering(404, {}, 'no such article'),
      answering(404, { 'content-type': 'text/plain' }, 'no route'),
    )
    expect(differencesOf(missing)).toEqual([
      { request: 'http /', kind: 'routing', field: 'status', left: '404', right: "404, the router's own answer" },
    ])
    const own = await compared(answering(404, {}, 'no such article'), answering(404, {}, 'no such article'))
    expect(own.verdict).toBe('pass')
    // The application says what the router of the left side says by itself, and that of the right does not.
    const plain = answering(404, { 'content-type': 'text/plain' }, 'no route')
    expect((await compared(plain, plain, { rightOwn: 'nothing here' })).verdict).toBe('pass')
  })

  it('finds nothing where bodies, cookies and headers differ from answer to answer', async () => {
    // Each is a message of the queue on Workers.
    const count = RUNTIME === 'workers' ? 30 : 200
    const paths = Array.from({ length: count }, (_, at) => `/item-${at}`)
    let served = 0
    const noisy: RequestListener = (request, response) => {
      served++
      const pod = Math.random() < 0.5 ? 'shop-7d4f-a' : 'shop-7d4f-b'
      const csrf = Math.random().toString(36).slice(2)
      response
        .writeHead(200, {
          'content-type': 'text/html',
          'x-pod': pod,
          'x-cache': Math.random() < 0.3 ? 'HIT' : 'MISS',
          'x-request-id': crypto.randomUUID(),
          'content-security-policy': `script-src 'nonce-${csrf}'`,
          etag: `"${crypto.randomUUID()}"`,
          'set-cookie': [`sid=${crypto.randomUUID()}; Path=/; HttpOnly`, `csrf=${csrf}; Path=/`],
        })
        .end(
          `<html><title>${request.url}</title><meta name="csrf" content="${csrf}"><p>You are visitor ${served}, ` +
            `served by ${pod} at ${new Date().toISOString()}</p><footer>${Date.now()}</footer></html>`,
        )
    }
    const document = await compared(noisy, noisy, { paths })
    expect(differencesOf(document)).toEqual([])
    expect([document.verdict, document.summary]).toEqual([
      'pass',
      { alike: count, different: 0, error: 0, unasked: 0, notSent: 0 },
    ])
    expect(document.requests[0]?.notCounted.map(({ field }) => field)).toContain('body')
    expect(served).toBe(count * 3 * 2)
  })

  it('finds another body behind what differs from answer to answer', async () => {
    let served = 0
    const visits =
      (word: string): RequestListener =>
      (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>visitor ${served++}</p><h1>${word}</h1>`)
    const document = await compared(visits('shop'), visits('shed'))
    expect(differencesOf(document)).toMatchObject([{ kind: 'body', field: 'body' }])
  })

  it('is inconclusive where one side could not be asked', async () => {
    const one = await keep(serveHttp(page))
    const document = await read<CompareDocument>(
      api.call('/v1/compare?wait=20', {
        json: {
          target: { manifests: [service, ingress('old', ['/']), ingress('new', ['/'])] },
          left: { kind: 'Ingress', name: 'old', addresses: at(one) },
          right: { kind: 'Ingress', name: 'new', addresses: at({ ...one, port: await refusedPort() }) },
        },
      }),
    )
    expect([document.verdict, document.summary.unasked]).toEqual(['inconclusive', 1])
    expect(document.requests[0]?.reason).toMatch(/^right could not be asked: connection_refused/)
  })

  it('finds that only one side routes what the other promises, by the rules of both', async () => {
    const document = await compared(
      page,
      (request, response) => (request.url === '/' ? page(request, response) : response.writeHead(404).end('no route')),
      { paths: ['/', '/cart'] },
    )
    expect(document.requests.map(({ path, outcome }) => [path, outcome])).toEqual([
      ['/', 'alike'],
      ['/cart', 'different'],
    ])
  })

  it('asks a side at its usual port for a scheme that it has no rule for', async () => {
    const rule = ingress('old', ['/'])
    const onlyHttps = {
      ...ingress('alb', ['/'], { tls: true }),
      metadata: {
        ...rule.metadata,
        name: 'new',
        annotations: { 'alb.ingress.kubernetes.io/listen-ports': '[{"HTTPS":443}]' },
      },
    }
    const listening = await keep(serveHttp(answering(308, { location: `https://${HOST}/` })))
    const against = async (port: number) => {
      const json = {
        target: { manifests: [service, rule, onlyHttps] },
        left: { kind: 'Ingress', name: 'old', addresses: at(listening) },
        right: { kind: 'Ingress', name: 'new', addresses: at({ ...listening, port }) },
      }
      const { requests } = await read<CompareDocument>(api.call('/v1/compare?wait=20', { json }))
      const found = requests.find(({ scheme }) => scheme === 'http')
      return [found?.outcome, found?.differences.map(({ kind, left, right }) => [kind, left, right])]
    }
    expect(await against(listening.port)).toEqual(['alike', []])
    const deaf = await refusedPort()
    const why = `no listener: by the objects it takes https alone, and at port ${deaf} nothing answers`
    expect(await against(deaf)).toEqual(['different', [['listener', 'status 308', why]]])
  })

  it('asks with no method but GET unless it is named', async () => {
    const methods: (string | undefined)[] = []
    const seen: RequestListener = (request, response) => {
      if (request.headers.host === HOST) {
        methods.push(request.method)
      }
      page(request, response)
    }
    await compared(seen, page)
    const document = await compared(seen, page, { more: { methods: ['HEAD', 'POST'] } })
    expect(methods).toEqual(['GET', 'GET', 'GET', 'HEAD', 'POST', 'HEAD', 'POST', 'HEAD', 'POST'])
    expect(document.requests.map(({ method, outcome }) => [method, outcome])).toEqual([
      ['HEAD', 'alike'],
      ['POST', 'alike'],
    ])
  })

  it('leaves out headers that the caller names', async () => {
    const document = await compared(page, answering(200), { more: { ignoreHeaders: ['X-Frame-*'] } })
    expect(document.verdict).toBe('pass')
  })

  it('compares jobs that have ended, of which nothing but what they ask is taken', async () => {
    const [one, other] = [await keep(serveHttp(page)), await keep(serveHttp(answering(200)))]
    const job = async (server: TestServer) => {
      const json = {
        target: { manifests: [service, ingress('old', ['/'])] },
        addresses: at(server),
        paths: { include: ['Ingress'] },
        history: false,
      }
      return (await readJob(api.call('/v1/jobs?wait=20', { json }))).id
    }
    const document = await read<CompareDocument>(
      api.call('/v1/compare?wait=20', { json: { left: { job: await job(one) }, right: { job: await job(other) } } }),
    )
    expect(differencesOf(document)).toMatchObject([{ field: 'header x-frame-options', left: 'DENY', right: null }])
  })

  it('takes the manifests themselves, with the rest in the query', async () => {
    const manifests = [service, ingress('old', ['/']), ingress('new', ['/'])]
    const post = (query: string) =>
      api.call(`/v1/compare?${query}`, { yaml: manifests.map((each) => JSON.stringify(each)).join('\n---\n') })
    const document = await read<CompareDocument>(
      post('left=Ingress/old&right=Ingress/pond/new&ignoreHeader=x-a&label=commit=4f2a91c&wait=20'),
    )
    expect(document).toMatchObject({
      ...{ verdict: 'inconclusive', ignoreHeaders: ['x-a'], labels: { commit: '4f2a91c' } },
      ...{ left: { kind: 'Ingress', namespace: 'pond', name: 'old' }, right: { namespace: 'pond', name: 'new' } },
      requests: [{ outcome: 'unasked' }],
    })
    const missing = await readProblem(post('left=Ingress/old'))
    expect([missing.status, missing.errors[0]?.pointer]).toEqual([400, '?right'])
  })

  it('says that requests are missing where there are more rules than a plan lists', async () => {
    const one = await keep(serveHttp(page))
    const paths = Array.from({ length: 1001 }, (_, at) => `/${at}`)
    const side = { kind: 'Ingress', name: 'old', addresses: at(one) }
    const target = { manifests: [service, ingress('old', paths)] }
    const json = { target, left: side, right: side, limits: { requests: 1 } }
    const { notSent, summary } = await read<CompareDocument>(api.call('/v1/compare?wait=20', { json }))
    expect(notSent.filter(({ request }) => request === 'other requests')).toEqual(
      ['left', 'right'].map((at) => ({
        side: at,
        request: 'other requests',
        reason: expect.stringContaining('too many to list'),
      })),
    )
    expect(summary.notSent).toBe(notSent.length)
  })

  it('takes manifests that are large', async () => {
    const padding = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { x: 'x'.repeat(200_000) } }
    const one = await keep(serveHttp(page))
    const side = { kind: 'Ingress', name: 'old', addresses: at(one) }
    const json = { target: { manifests: [service, ingress('old', ['/']), padding] }, left: side, right: side }
    const document = await read<CompareDocument>(api.call('/v1/compare?wait=20', { json }))
    expect([document.verdict, document.summary.alike]).toEqual(['pass', 1])
    const missing = { ...json, right: { kind: 'Ingress', name: 'new' } }
    expect((await readProblem(api.call('/v1/compare', { json: missing }))).errors[0]?.pointer).toBe('/right/name')
  })

  it('says what it needs of a live cluster', async () => {
    const response = await api.call('/v1/compare?left=Ingress/old&right=Ingress/new', { method: 'POST' })
    expect([response.status, (await readProblem(response)).errors[0]?.pointer]).toEqual([400, '?namespace'])
    const named = await api.call('/v1/compare?left=Ingress/old&right=Ingress/new&namespace=pond', { method: 'POST' })
    expect((await readProblem(named)).code).toBe('no_cluster')
  })

  it('compares an Ingress with the HTTPRoute that is to take its place', async () => {
    const asked: string[] = []
    const [one, other] = [
      await keep(serveHttp(page)),
      await keep(
        serveHttp((request, response) => {
          asked.push(`${request.method} ${request.headers.host}${request.url} ${request.headers['x-env'] ?? '-'}`)
          if (request.url === '/cart') {
            response.writeHead(404).end()
            return
          }
          page(request, response)
        }),
      ),
    ]
    const edge = gateway(
      { listeners: [http({ port: other.port })] },
      {},
      { addresses: [{ type: 'IPAddress', value: '127.0.0.1' }] },
    )
    const rules = [
      { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name: 'shop', port: 80 }] },
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' }, headers: [{ name: 'X-Env', value: 'canary' }] }],
        backendRefs: [{ name: 'shop', port: 80 }],
      },
      { matches: [{ method: 'POST' }], backendRefs: [{ name: 'shop', port: 80 }] },
    ]
    const json = {
      target: { manifests: [service, ingress('old', ['/', '/cart']), edge, httpRoute({ hostnames: [HOST], rules })] },
      left: { kind: 'Ingress', name: 'old', addresses: at(one) },
      right: { kind: 'HTTPRoute', name: 'toad' },
    }
    const document = await read<CompareDocument>(api.call('/v1/compare?wait=20', { json }))
    expect(document.requests.map(({ path, headers, outcome }) => [path, headers, outcome])).toEqual([
      ['/', {}, 'alike'],
      ['/cart', {}, 'different'],
      ['/', { 'x-env': 'canary' }, 'alike'],
    ])
    expect(document.requests.map(({ left, right }) => [left.because.length > 0, right.because[0]])).toEqual([
      [true, 'HTTPRoute/toad spec.rules[0]'],
      [true, undefined],
      [false, 'HTTPRoute/toad spec.rules[1]'],
    ])
    expect(document.notSent.map(({ side, reason }) => [side, reason])).toEqual([
      ['right', 'POST may change something: it is sent if methods names it'],
    ])
    expect(new Set(asked.filter((each) => each.includes(HOST)))).toEqual(
      new Set([`GET ${HOST}/ -`, `GET ${HOST}/cart -`, `GET ${HOST}/ canary`]),
    )
  })

  it('answers 424 with failStatus unless the two are alike', async () => {
    const response = await compareRouters(page, answering(200), { query: 'wait=20&failStatus=424&format=text' })
    expect([response.status, (await response.text()).split(' ')[0]]).toEqual([424, 'FAIL'])
    expect((await compareRouters(page, page, { query: 'wait=20&failStatus=424' })).status).toBe(200)
  })

  it('makes one comparison of repeated posts with one Idempotency-Key', async () => {
    const one = await keep(serveHttp(page))
    const body = {
      target: { manifests: [service, ingress('old', ['/'])] },
      left: { kind: 'Ingress', name: 'old', addresses: at(one) },
      right: { kind: 'Ingress', name: 'old', addresses: at(one) },
    }
    const headers = { 'idempotency-key': 'move-1' }
    const [first, second] = [
      await api.call('/v1/compare', { json: body, headers }),
      await api.call('/v1/compare?wait=20', { json: body, headers }),
    ]
    const [made, again] = [await read<CompareDocument>(first), await read<CompareDocument>(second)]
    expect([first.status, first.headers.get('location')]).toEqual([202, `/v1/compares/${made.id}`])
    expect([again.id, second.headers.get('idempotent-replayed'), again.verdict]).toEqual([made.id, 'true', 'pass'])
  })

  it.each([
    ['an object that is not there', { kind: 'Ingress', name: 'oldd' }, '/right/name', 'Did you mean old?'],
    ['a kind that is not there', { kind: 'Ingres', name: 'old' }, '/right/name', 'Did you mean the kind Ingress?'],
    ['an object that routes nothing', { kind: 'Service', name: 'shed' }, '/right', 'makes no path'],
    ['a job that is not there', { job: 'job_01KAXW0000EXAMPLE0000000AB' }, '/right/job', 'There is no job'],
  ])('refuses %s, and says which', async (_what, right, pointer, words) => {
    const json = {
      target: {
        manifests: [service, { ...service, metadata: { name: 'shed', namespace: 'pond' } }, ingress('old', ['/'])],
      },
      left: { kind: 'Ingress', name: 'old', addresses: { ingressController: ['127.0.0.1'] } },
      right,
    }
    const response = await api.call('/v1/compare', { json })
    const problem = await readProblem(response)
    expect([response.status, problem.errors[0]?.pointer]).toEqual([422, pointer])
    expect(problem.errors[0]?.detail).toContain(words)
  })
})

describe('a comparison', () => {
  it('is no job of the lists, and leaves no trace in history', async () => {
    const { id } = await compared(page, page)
    const { items } = await readJobs(api.call('/v1/jobs?limit=200'))
    expect(items.map((job) => job.id)).not.toContain(id)
    expect((await api.call(`/v1/jobs/${id}`)).status).toBe(404)
    expect((await api.call('/v1/services/pond/shop')).status).toBe(404)
  })

  it('comes as a report in every format', async () => {
    const { id } = await compared(page, answering(200))
    const report = async (format: string) => (await api.call(`/v1/compares/${id}/report?format=${format}`)).text()
    expect(await report('text')).toMatch(/^FAIL {2}1 request: 1 different/)
    expect(await report('markdown')).toContain(
      '| `GET http://shop.example/` | header x-frame-options | `DENY` | (absent) |',
    )
    const junit = new XMLParser({ ignoreAttributes: false }).parse(await report('junit'))
    expect(junit.testsuites).toMatchObject({ '@_tests': '1', '@_failures': '1', '@_errors': '0' })
    expect(await report('tap')).toContain('not ok 1 - GET http://shop.example/\n  ---\n  outcome: "different"\n')
    expect(await report('csv')).toMatch(/,header,header x-frame-options,DENY,,/)
  })

  it('is known by its tag once it has ended', async () => {
    const { id } = await compared(page, page)
    const etag = (await api.call(`/v1/compares/${id}`)).headers.get('etag') ?? ''
    expect((await api.call(`/v1/compares/${id}`, { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await api.call('/v1/compares/cmp_01KAXW0000EXAMPLE0000000AB')).status).toBe(404)
  })

  it('is cancelled, and a 409 after that', async () => {
    const silent = () => undefined
    const { id } = await read<CompareDocument>(compareRouters(silent, silent, { query: '' }))
    const cancelled = await read<CompareDocument>(api.call(`/v1/compares/${id}/cancel`, { method: 'POST' }))
    const shown = [cancelled.status, cancelled.verdict, cancelled.requests[0]?.outcome]
    expect(shown).toEqual(['cancelled', null, null])
    expect((await api.call(`/v1/compares/${id}/cancel`, { method: 'POST' })).status).toBe(409)
  })
})
