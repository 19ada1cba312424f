import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Authority, createAuthority, type ServerCertificate } from '../../../../test/support/certificates.ts'
import { keeper, type ListenOptions, serve, serveHttp } from '../../../../test/support/servers.ts'
import { VERSION } from '../../version.ts'
import type { ClusterAccess } from './access.ts'
import { type ApiClientOptions, createApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { basic, bearer, fixedCredentials } from './credentials.ts'
import { inClusterAccess } from './in-cluster.ts'
import { isInCluster } from './is-configured.ts'

const { keep, closeAll } = keeper()
let authority: Authority
let certificate: ServerCertificate
const folder = mkdtempSync(join(tmpdir(), 'portolan-client-'))

beforeAll(async () => {
  authority = await createAuthority()
  certificate = await authority.issue({ altNames: ['127.0.0.1', 'kubernetes.example'] })
})
afterEach(closeAll)
afterAll(() => rmSync(folder, { recursive: true }))

type Listener = (request: IncomingMessage, response: ServerResponse) => void

const answering =
  (status: number, body: string, headers: Record<string, string> = {}): Listener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  }

const accessTo = (port: number, more: Partial<ClusterAccess> = {}): ClusterAccess => ({
  name: 'test',
  source: 'kubeconfig',
  server: `https://127.0.0.1:${port}`,
  host: '127.0.0.1',
  port,
  basePath: '',
  trust: { authorities: () => Promise.resolve(authority.caPem), verify: true, serverName: null },
  proxy: null,
  compression: true,
  credentials: fixedCredentials(),
  namespace: null,
  warnings: [],
  ...more,
})

async function clientOf(
  listener: Listener,
  {
    access = {},
    listen = {},
    ...options
  }: { access?: Partial<ClusterAccess>; listen?: ListenOptions } & ApiClientOptions = {},
) {
  const server = await keep(serveHttp(listener, { tls: certificate, ...listen }))
  const client = await keep(Promise.resolve(createApiClient(accessTo(server.port, access), options)))
  return { server, client }
}

/** Resolves with the error of a read that must fail. */
const refusal = (reading: Promise<unknown>): Promise<ApiError> =>
  reading.then(
    (value) => {
      throw new Error(`it was answered: ${JSON.stringify(value)}`)
    },
    (error: unknown) => {
      if (error instanceof ApiError) {
        return error
      }
      throw error
    },
  )
const short = ({ kind, status, code, message }: ApiError) => ({ kind, status, code, message })

const PODS = { path: '/api/v1/pods' }
const status = (code: number, more: object = {}) =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, ...more })

describe('a read', () => {
  it('says who asks, what for and for which JSON, below the path of the server', async () => {
    const seen: unknown[] = []
    const { client, server } = await clientOf(
      ({ method, url, headers }, response) => {
        seen.push({ method, url, headers })
        response.end('{"kind":"PodList"}')
      },
      { access: { basePath: '/k8s/clusters/c-abc', credentials: fixedCredentials(bearer('t0ken')) } },
    )
    expect(await client.get({ ...PODS, query: { limit: '500', labelSelector: 'app in (a,b)' } })).toEqual({
      kind: 'PodList',
    })
    expect(seen).toEqual([
      {
        method: 'GET',
        url: '/k8s/clusters/c-abc/api/v1/pods?limit=500&labelSelector=app+in+%28a%2Cb%29',
        headers: {
          host: `127.0.0.1:${server.port}`,
          connection: 'keep-alive',
          accept: 'application/json',
          'user-agent': `portolan/${VERSION}`,
          'accept-encoding': 'gzip',
          authorization: 'Bearer t0ken',
        },
      },
    ])
  })

  it('makes a hundred reads over two connections at most, and fifty at once over six', async () => {
    const { client, server } = await clientOf(answering(200, '{}'))
    for (let count = 0; count < 100; count++) {
      await client.get(PODS)
    }
    expect(server.connections).toBeLessThanOrEqual(2)
    await Promise.all(Array.from({ length: 50 }, () => client.get(PODS)))
    expect(server.connections).toBeLessThanOrEqual(6)
  })

  it('reads what comes compressed, and asks for nothing compressed where that is turned off', async () => {
    const asked: unknown[] = []
    const listener: Listener = ({ headers }, response) => {
      asked.push(headers['accept-encoding'])
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"items":[1]}'))
    }
    expect(await (await clientOf(listener)).client.get(PODS)).toEqual({ items: [1] })
    await (await clientOf(listener, { access: { compression: false } })).client.get(PODS)
    expect(asked).toEqual(['gzip', undefined])
  })

  it('tells by status and body what the API server meant', async () => {
    const forbidden = 'pods is forbidden: User "x" cannot list resource "pods" in API group "" at the cluster scope'
    const text = { 'content-type': 'text/plain; charset=utf-8' }
    const cases: [Listener, Partial<ApiError>][] = [
      [answering(401, status(401, { message: 'Unauthorized' })), { kind: 'unauthorized', status: 401 }],
      [answering(403, status(403, { message: forbidden })), { kind: 'forbidden', status: 403 }],
      [answering(404, '404 page not found\n', text), { kind: 'not_served', status: 404 }],
      [answering(404, status(404, { details: {} })), { kind: 'not_served', status: 404 }],
      [answering(404, status(404, { details: { name: 'toad', kind: 'services' } })), { kind: 'not_found' }],
      [answering(404, '<html>nginx</html>', { 'content-type': 'text/html' }), { kind: 'malformed', status: 404 }],
      [answering(410, status(410, { reason: 'Expired' })), { kind: 'gone', status: 410 }],
      [answering(429, 'Too many requests\n', text), { kind: 'throttled', status: 429, retryAfterMs: null }],
      [answering(500, status(500)), { kind: 'unavailable', status: 500 }],
      [answering(503, 'error trying to reach service\n', text), { kind: 'unavailable', status: 503 }],
      [answering(504, '{"status":"Failure","message":"Timeout","code":504}', text), { kind: 'unavailable' }],
      [answering(400, status(400, { message: 'invalid resourceVersion' })), { kind: 'malformed', status: 400 }],
      [answering(302, '', { location: 'https://login.example/?state=s3cret' }), { kind: 'malformed', status: 302 }],
      [answering(200, '<html>log in</html>', { 'content-type': 'text/html' }), { kind: 'malformed', status: 200 }],
    ]
    for (const [listener, expected] of cases) {
      const { client } = await clientOf(listener)
      const error = await refusal(client.get(PODS))
      expect(error).toMatchObject(expected)
      expect(error.message).not.toMatch(/\n|s3cret/)
    }
  })

  it('names the server, and repeats what the API server says but for what was presented to it', async () => {
    const { client, server } = await clientOf(
      ({ headers }, response) => {
        response.writeHead(403).end(status(403, { message: `no:\n ${headers.authorization} may not` }))
      },
      { access: { credentials: fixedCredentials(basic('toad', 'pass-word')) } },
    )
    expect(short(await refusal(client.get(PODS)))).toEqual({
      kind: 'forbidden',
      status: 403,
      code: null,
      message: `https://127.0.0.1:${server.port}: the API server does not allow it: no: Basic [redacted] may not (403)`,
    })
  })

  it('comes again when the server says so, as long as there is time', async () => {
    let asked = 0
    const busy: Listener = (_request, response) => {
      asked++
      response.writeHead(asked > 2 ? 200 : 429, { 'retry-after': '0' }).end('{}')
    }
    expect(await (await clientOf(busy)).client.get(PODS)).toEqual({})
    expect(asked).toBe(3)
    asked = 0
    const later = await clientOf(answering(503, 'no', { 'retry-after': '60' }), { timeoutMs: 5_000 })
    expect(await refusal(later.client.get(PODS))).toMatchObject({ kind: 'unavailable', retryAfterMs: 60_000 })
  })

  it('gives up at its deadline, whatever it waits for', async () => {
    const headers = await clientOf(() => undefined, { timeoutMs: 100 })
    const body = await clientOf((_request, response) => void response.writeHead(200).write('{"items":['), {
      timeoutMs: 100,
    })
    const deaf = await keep(serve(() => undefined))
    const handshake = await keep(Promise.resolve(createApiClient(accessTo(deaf.port), { timeoutMs: 100 })))
    const greeting = await keep(Promise.resolve(createApiClient(accessTo(deaf.port), { connectMs: 100 })))
    const codes = [headers.client, body.client, handshake, greeting].map(
      async (client) => (await refusal(client.get(PODS))).code,
    )
    expect(await Promise.all(codes)).toEqual(['response_timeout', 'body_timeout', 'connect_timeout', 'tls_timeout'])
  })

  it('tells failures of the connection apart by the codes of probes', async () => {
    const gone = await serveHttp(answering(200, '{}'))
    await gone.close()
    const plain = await keep(serveHttp(answering(200, '{}')))
    const other = await keep(serveHttp(answering(200, '{}'), { tls: await (await createAuthority('Other')).issue() }))
    const named = await keep(
      serveHttp(answering(200, '{}'), { tls: await authority.issue({ altNames: ['a.example'] }) }),
    )
    const ending = await keep(serve((socket) => socket.end(), { tls: certificate }))
    const codes = [gone, plain, other, named, ending].map(async ({ port }) => {
      const client = await keep(Promise.resolve(createApiClient(accessTo(port))))
      return (await refusal(client.get(PODS))).code
    })
    expect(await Promise.all(codes)).toEqual([
      'connection_refused',
      'tls_not_spoken',
      'certificate_untrusted',
      'certificate_name_mismatch',
      'connection_closed',
    ])
    const noHttp = await keep(serve((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), { tls: certificate }))
    const toNoHttp = await keep(Promise.resolve(createApiClient(accessTo(noHttp.port))))
    expect((await refusal(toNoHttp.get(PODS))).code).toBe('invalid_response')
    const nowhere = await keep(Promise.resolve(createApiClient(accessTo(443, { host: 'no.such.name.invalid' }))))
    expect(['dns_not_found', 'dns_server_failure']).toContain((await refusal(nowhere.get(PODS))).code)
  })

  it('holds the certificate against the name that it is told, or against none', async () => {
    const tls = await authority.issue({ altNames: ['kubernetes.example'] })
    const trust = {
      authorities: () => Promise.resolve(authority.caPem),
      verify: true,
      serverName: 'kubernetes.example',
    }
    const told = await clientOf(answering(200, '{}'), { listen: { tls }, access: { trust } })
    expect(await told.client.get(PODS)).toEqual({})
    const any = { authorities: () => Promise.resolve(null), verify: false, serverName: null }
    const careless = await clientOf(answering(200, '{}'), { listen: { tls }, access: { trust: any } })
    expect(await careless.client.get(PODS)).toEqual({})
  })

  it('survives a connection that was closed while it lay idle', async () => {
    const { client, server } = await clientOf((request, response) => {
      // Says nothing of the end, as a load balancer does
      response.end('{}', () => request.socket.destroy())
    })
    for (let count = 0; count < 5; count++) {
      expect(await client.get(PODS)).toEqual({})
    }
    expect(server.connections).toBeGreaterThanOrEqual(5)
  })

  it('is answered while the certificate that is shown changes, and fails at once where nothing can be sent', async () => {
    const pairs = [await authority.issue(), await authority.issue()]
    let asked = 0
    const shown = () => ({ headers: {}, certificate: pairs[Math.min(asked++, 1)] ?? null, secrets: [] })
    const changing = { ...fixedCredentials(), current: () => Promise.resolve(shown()) }
    const { client } = await clientOf(answering(200, '{}'), { access: { credentials: changing } })
    expect(await Promise.all([client.get(PODS), client.get(PODS)])).toEqual([{}, {}])
    expect(await refusal(client.get({ path: '/api/v1/a\nb' }))).toMatchObject({ kind: 'unreachable' })
  })

  it('takes no answer beyond its limit, compressed or not', async () => {
    const large = `{"items":"${'x'.repeat(100_000)}"}`
    const plain = await clientOf(answering(200, large), { bodyLimitBytes: 50_000 })
    const zipped = await clientOf(
      (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(large)),
      { bodyLimitBytes: 50_000 },
    )
    for (const { client } of [plain, zipped]) {
      expect(await refusal(client.get(PODS))).toMatchObject({ kind: 'unreachable', code: 'response_too_large' })
    }
  })

  it('ends with its caller, and with the client', async () => {
    const { client } = await clientOf(() => undefined)
    const caller = new AbortController()
    const asked = client.get(PODS, { signal: caller.signal })
    caller.abort(new Error('nobody waits'))
    await expect(asked).rejects.toThrow('nobody waits')
    const left = client.get(PODS)
    const told = expect(left).rejects.toThrow('the client was closed')
    await client.close()
    await told
  })
})

describe('a watch', () => {
  const WATCH = { path: '/api/v1/services', query: { watch: '1' } }
  const streaming =
    (...parts: (string | null)[]): Listener =>
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      for (const part of parts) {
        part === null ? response.end() : response.write(part)
      }
    }
  const all = async (lines: AsyncIterable<unknown>) => {
    const heard: unknown[] = []
    for await (const line of lines) {
      heard.push(line)
    }
    return heard
  }
  const patient = () => ({ signal: new AbortController().signal, silenceMs: 60_000 })

  it('gives each line as it comes, wherever it is cut, until the server ends', async () => {
    const { client } = await clientOf(streaming('{"type":"ADD', 'ED"}\n{"type":"MODIFIED"}\n\n{"a":"', 'ä"}', null))
    expect(await all(client.watch(WATCH, patient()))).toEqual([{ type: 'ADDED' }, { type: 'MODIFIED' }, { a: 'ä' }])
  })

  it('is refused as a read is', async () => {
    const { client } = await clientOf(answering(403, status(403, { message: 'no' })))
    expect(await refusal(all(client.watch(WATCH, patient())))).toMatchObject({ kind: 'forbidden', status: 403 })
  })

  it('is given up in time where its refusal has no end', async () => {
    const stuck = await clientOf((_request, response) => void response.writeHead(502).write('<html>'), {
      timeoutMs: 50,
    })
    expect(await refusal(all(stuck.client.watch(WATCH, patient())))).toMatchObject({
      kind: 'unreachable',
      code: 'body_timeout',
    })
    const endless = await clientOf((_request, response) => {
      response.writeHead(502)
      const more = () => response.write('x'.repeat(65_536))
      response.on('drain', more)
      while (more()) {
        // Until it is to wait
      }
    })
    expect(await refusal(all(endless.client.watch(WATCH, patient())))).toMatchObject({ code: 'response_too_large' })
  })

  it('tells of silence, of an end in the middle of an event and of a broken connection', async () => {
    const silent = await clientOf(streaming('{"type":"ADDED"}\n'))
    expect(await refusal(all(silent.client.watch(WATCH, { ...patient(), silenceMs: 50 })))).toMatchObject({
      kind: 'silent',
    })
    const cut = await clientOf(streaming('{"type":"ADDED"}\n{"type":', null))
    expect(await refusal(all(cut.client.watch(WATCH, patient())))).toMatchObject({ kind: 'malformed' })
    const broken = await clientOf((request, response) => {
      response.writeHead(200).write('{"type":"ADDED"}\n', () => request.socket.destroy())
    })
    expect(await refusal(all(broken.client.watch(WATCH, patient())))).toMatchObject({
      kind: 'unreachable',
      code: expect.stringMatching(/^connection_(closed|reset)$/),
    })
  })

  it('ends without an error when its reader has had enough', async () => {
    const { client } = await clientOf(streaming('{"n":1}\n{"n":2}\n'))
    const reader = new AbortController()
    const heard: unknown[] = []
    for await (const line of client.watch(WATCH, { signal: reader.signal, silenceMs: 60_000 })) {
      heard.push(line)
      if (heard.length === 2) {
        reader.abort()
      }
    }
    for await (const line of client.watch(WATCH, patient())) {
      heard.push(line)
      break
    }
    expect(heard).toEqual([{ n: 1 }, { n: 2 }, { n: 1 }])
  })

  it('makes the server wait for a slow reader, and loses nothing', async () => {
    const line = `{"pad":"${'x'.repeat(99_990)}"}\n`
    const { client } = await clientOf(streaming(...Array.from({ length: 200 }, () => line), null))
    let count = 0
    for await (const _line of client.watch(WATCH, patient())) {
      count++
      await new Promise(setImmediate)
    }
    expect(count).toBe(200)
  })
})

describe('the service account of a pod', () => {
  it('is there where kubelet has mounted it and the API server is named', () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }
    expect(isInCluster({ folder: join(folder, 'none'), env })).toBe(false)
    writeFileSync(join(folder, 'token'), 'x')
    expect(isInCluster({ folder, env: {} })).toBe(false)
    expect(isInCluster({ folder, env })).toBe(true)
  })

  it('presents a token that is replaced every few requests, and none of them fails', async () => {
    const place = mkdtempSync(join(folder, 'account-'))
    writeFileSync(join(place, 'ca.crt'), authority.caPem)
    writeFileSync(join(place, 'namespace'), 'probes\n')
    let valid = 'token-0'
    const replace = () => {
      // As kubelet does: the whole file at once
      writeFileSync(join(place, 'next'), `${valid}\n`)
      renameSync(join(place, 'next'), join(place, 'token'))
    }
    replace()
    let served = 0
    let refused = 0
    const server = await keep(
      serveHttp(
        ({ headers }, response) => {
          if (headers.authorization !== `Bearer ${valid}`) {
            refused++
            response.writeHead(401).end(status(401, { message: 'Unauthorized' }))
            return
          }
          served++
          response.end('{}')
          if (served % 7 === 0) {
            valid = `token-${served}`
            replace()
          }
        },
        { tls: certificate },
      ),
    )
    const access = await inClusterAccess('default', {
      folder: place,
      env: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) },
    })
    expect(access).toMatchObject({ namespace: 'probes', server: `https://127.0.0.1:${server.port}` })
    const client = await keep(Promise.resolve(createApiClient(access)))
    for (let round = 0; round < 40; round++) {
      await Promise.all([client.get(PODS), client.get(PODS), client.get(PODS)])
    }
    expect({ served, refusedFew: refused <= 120 }).toEqual({ served: 120, refusedFew: true })
  })

  it('reaches an API server over IPv6', async () => {
    const place = mkdtempSync(join(folder, 'account-'))
    const tls = await authority.issue({ altNames: ['::1'] })
    const server = await keep(serveHttp(answering(200, '{}'), { address: '::1', tls }))
    writeFileSync(join(place, 'ca.crt'), authority.caPem)
    writeFileSync(join(place, 'token'), 'x')
    const access = await inClusterAccess('default', {
      folder: place,
      env: { KUBERNETES_SERVICE_HOST: '::1', KUBERNETES_SERVICE_PORT: String(server.port) },
    })
    const client = await keep(Promise.resolve(createApiClient(access)))
    expect(await client.get(PODS)).toEqual({})
    expect(access.server).toBe(`https://[::1]:${server.port}`)
  })
})
