import { once } from 'node:events'
import { Agent, request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { type Answer, type Asking, ask, begin, readWhole } from '../support/api-server/ask.ts'
import {
  ADMIN_TOKEN,
  type ApiServer,
  type ApiServerOptions,
  type Fault,
  startApiServer,
} from '../support/api-server.ts'
import { keeper } from '../support/servers.ts'

const { keep, closeAll } = keeper()
afterEach(closeAll)

const start = (options: ApiServerOptions = {}) => keep(startApiServer(options))

const service = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', labels },
  spec: { clusterIP: '10.96.0.1', ports: [{ port: 80 }] },
})

const SERVICES = '/api/v1/namespaces/shop/services'

const admin = (server: ApiServer, path: string, asking: Asking = {}) =>
  ask(server, path, { token: ADMIN_TOKEN, ...asking })

/** `ADDED frog 101`. */
const told = (lines: { type: string; object: Record<string, unknown> }[]) =>
  lines.map(({ type, object }) => {
    const { name, resourceVersion } = object.metadata as { name?: string; resourceVersion?: string }
    return [type, name ?? object.message, resourceVersion].filter((word) => word !== undefined).join(' ')
  })

describe('a watch', () => {
  it('tells what enters and leaves its selection, and ends by its timeout', async () => {
    const server = await start()
    server.objects.setVersion(200)
    server.objects.apply(service('frog', { app: 'frog' }))
    const watching = admin(server, `${SERVICES}?watch=1&resourceVersion=201&labelSelector=app%3Dfrog&timeoutSeconds=1`)
    server.objects.apply(service('toad', { app: 'frog' }))
    server.objects.apply(service('newt', { app: 'newt' }))
    server.objects.apply(service('toad', { app: 'frog', colour: 'green' }))
    server.objects.apply(service('toad', { app: 'toad' }))
    server.objects.remove('Service', 'shop', 'frog')
    const { status, lines } = await watching
    expect([status, ...told(lines)]).toEqual([
      200,
      'ADDED toad 202',
      'MODIFIED toad 204',
      'DELETED toad 205',
      'DELETED frog 206',
    ])
  })

  it('sends bookmarks in its last two seconds if something has changed, and when the test says', async () => {
    const server = await start()
    server.objects.setVersion(200)
    const query = 'watch=1&resourceVersion=200&allowWatchBookmarks=true'
    const watching = (path: string) => begin(server, path, { token: ADMIN_TOKEN })
    const quiet = await watching(`/api/v1/pods?${query}&timeoutSeconds=3`)
    const told = await watching(`${SERVICES}?${query}&timeoutSeconds=3`)
    server.objects.apply(service('frog'))
    server.objects.remove('Service', 'shop', 'frog')
    const types = ({ lines }: Answer) => lines.map(({ type }) => type)
    expect((await Promise.all([quiet, told].map(readWhole))).map(types)).toEqual([
      [],
      ['ADDED', 'DELETED', 'BOOKMARK', 'BOOKMARK'],
    ])
    const forced = await watching('/api/v1/pods?watch=1&resourceVersion=202&allowWatchBookmarks=true&timeoutSeconds=1')
    server.bookmark()
    expect((await readWhole(forced)).lines.map(({ type, object }) => [type, object.kind, object.metadata])).toEqual([
      ['BOOKMARK', 'Pod', { resourceVersion: '202' }],
    ])
  })

  it('is answered 410 in a line after a restart, and is silent from a version of the future', async () => {
    const server = await start()
    server.objects.setVersion(200)
    server.objects.apply(service('frog'))
    await server.restart()
    const old = await admin(server, `${SERVICES}?watch=1&resourceVersion=200&timeoutSeconds=1`)
    const future = admin(server, `${SERVICES}?watch=1&resourceVersion=900&timeoutSeconds=1`)
    server.objects.apply(service('toad'))
    expect([old.status, ...told(old.lines), (await future).status, (await future).lines]).toEqual([
      200,
      'ERROR too old resource version: 200 (201)',
      200,
      [],
    ])
  })
})

describe('pages', () => {
  it('are of one snapshot, until it is compacted away', async () => {
    const server = await start()
    server.objects.applyAll(['a', 'b', 'c', 'd'].map((name) => service(name)))
    const names = (body: unknown) =>
      (body as { items: { metadata: { name: string } }[] }).items.map((item) => item.metadata.name)
    const first = await admin(server, `${SERVICES}?limit=2`)
    const { continue: next } = (first.body as { metadata: { continue: string } }).metadata
    server.objects.remove('Service', 'shop', 'c')
    server.objects.apply(service('e'))
    const second = await admin(server, `${SERVICES}?limit=2&continue=${next}`)
    server.objects.compact()
    const third = await admin(server, `${SERVICES}?limit=2&continue=${next}`)
    const offered = (third.body as { metadata: { continue: string } }).metadata.continue
    const fourth = await admin(server, `${SERVICES}?limit=2&continue=${offered}`)
    expect([names(first.body), names(second.body), third.status, names(fourth.body)]).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      410,
      ['d', 'e'],
    ])
  })
})

describe('who asks', () => {
  it('is known by its certificate, and by its token for as long as it holds', async () => {
    const server = await start()
    const certificate = await server.clientCertificate('ann', ['system:masters'])
    server.tokens.add('short', 'ben', { groups: ['system:masters'] })
    const before = await ask(server, SERVICES, { token: 'short' })
    server.tokens.revoke('short')
    const after = await ask(server, SERVICES, { token: 'short' })
    const foreign = await (await start()).clientCertificate('eve', ['system:masters'])
    expect([
      (await ask(server, SERVICES, { certificate })).status,
      before.status,
      after.status,
      (await ask(server, SERVICES, { certificate: foreign })).status,
      server.seen.requests.map(({ user, status }) => [user, status]),
    ]).toEqual([
      200,
      200,
      401,
      401,
      [
        ['ben', 200],
        ['', 401],
        ['ann', 200],
        ['', 401],
      ],
    ])
  })

  it('may be another, where it may impersonate', async () => {
    const server = await start()
    server.tokens.add('plain', 'ben')
    const headers = { 'impersonate-user': 'cat', 'impersonate-group': 'system:masters' }
    expect([
      (await admin(server, SERVICES, { headers })).status,
      (await ask(server, SERVICES, { headers, token: 'plain' })).status,
      server.seen.requests.map(({ user, impersonated }) => [user, impersonated]),
    ]).toEqual([
      200,
      403,
      [
        ['cat', { user: 'cat', groups: ['system:masters'] }],
        ['cat', { user: 'cat', groups: ['system:masters'] }],
      ],
    ])
  })
})

describe('faults', () => {
  const ANSWERS: [Fault, object][] = [
    [{ kind: 'gone' }, { status: 410 }],
    [{ kind: 'unauthorized' }, { status: 401 }],
    [{ kind: 'forbidden' }, { status: 403 }],
    [
      { kind: 'throttled', retryAfter: 7 },
      { status: 429, type: 'text/plain; charset=utf-8', retryAfter: '7' },
    ],
    [{ kind: 'internal' }, { status: 500 }],
    [{ kind: 'starting' }, { status: 503, retryAfter: '5' }],
    [{ kind: 'aggregated' }, { status: 503, type: 'text/plain; charset=utf-8' }],
    [{ kind: 'timed-out' }, { status: 504, type: 'text/plain; charset=utf-8' }],
    [{ kind: 'html' }, { status: 502, type: 'text/html' }],
    [{ kind: 'html-200' }, { status: 200, type: 'text/html' }],
    [{ kind: 'empty' }, { status: 200 }],
    [{ kind: 'not-json' }, { status: 200 }],
    [{ kind: 'slow', ms: 5 }, { status: 200 }],
    [{ kind: 'slow-body', ms: 1 }, { status: 200 }],
  ]

  it.each(ANSWERS)('%o comes so often as was said', async (fault, { ...expected }) => {
    const server = await start({ isPlain: true })
    const added = server.faults.add({ match: { resource: 'services' }, times: 1, fault })
    const { status, headers } = await admin(server, SERVICES)
    expect({
      status,
      type: headers['content-type'],
      ...(headers['retry-after'] !== undefined && { retryAfter: headers['retry-after'] }),
    }).toEqual({ type: 'application/json', ...expected })
    expect([(await admin(server, SERVICES)).status, added.times]).toEqual([200, 1])
  })

  it.each<Fault>([{ kind: 'reset' }, { kind: 'close' }, { kind: 'cut' }])('%o breaks the connection', async (fault) => {
    for (const isPlain of [true, false]) {
      const server = await start({ isPlain })
      server.faults.add({ times: 1, fault })
      await expect(admin(server, SERVICES)).rejects.toThrow(/ECONNRESET|socket hang up|aborted/)
      expect((await admin(server, SERVICES)).status).toBe(200)
    }
  })

  it('cuts a watch within a line, and breaks HTTP/2 too', async () => {
    const server = await start()
    server.objects.applyAll(['a', 'b', 'c'].map((name) => service(name)))
    server.faults.add({ match: { verb: 'watch' }, fault: { kind: 'cut', events: 1 } })
    const dispatcher = new Agent({ connect: { ca: server.caPem }, allowH2: true })
    const { body } = await request(`${server.url}${SERVICES}?watch=1`, {
      dispatcher,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    })
    let text = ''
    await expect(
      (async () => {
        for await (const chunk of body) {
          text += chunk
        }
      })(),
    ).rejects.toThrow()
    await dispatcher.close()
    expect(text.split('\n').map((line) => line.slice(0, 15))).toEqual(['{"type":"ADDED"', '{"type":"ADDED"'])
  })

  it('lets a watch end, or say an error, after some events', async () => {
    const server = await start({ isPlain: true })
    server.objects.setVersion(200)
    server.objects.applyAll(['a', 'b'].map((name) => service(name)))
    const watching = (fault: Fault) => {
      server.faults.add({ match: { verb: 'watch' }, times: 1, fault })
      return admin(server, `${SERVICES}?watch=1&resourceVersion=200&timeoutSeconds=5`)
    }
    expect([
      told((await watching({ kind: 'end', events: 1 })).lines),
      told((await watching({ kind: 'error-line', events: 1 })).lines),
      told((await watching({ kind: 'gone' })).lines),
    ]).toEqual([
      ['ADDED a 201'],
      ['ADDED a 201', 'ERROR too old resource version: 200 (202)'],
      ['ERROR too old resource version: 200 (202)'],
    ])
  })

  it('ends watches well when the server stops, refuses then, and is there again on its port', async () => {
    const server = await start()
    const watching = await begin(server, `${SERVICES}?watch=1`, { token: ADMIN_TOKEN })
    watching.resume()
    const ended = once(watching, 'end')
    await server.stop()
    await ended
    await expect(admin(server, SERVICES)).rejects.toThrow('ECONNREFUSED')
    await server.start()
    expect((await admin(server, SERVICES)).status).toBe(200)
  })
})

describe('a large answer', () => {
  it('is compressed for whoever takes it', async () => {
    const server = await start({ isPlain: true })
    server.objects.applyAll(Array.from({ length: 900 }, (_, index) => service(`s${index}`)))
    const headers = { 'accept-encoding': 'gzip' }
    const [large, small] = [
      await admin(server, SERVICES, { headers }),
      await admin(server, `${SERVICES}?limit=9`, { headers }),
    ]
    expect([large.headers['content-encoding'], small.headers['content-encoding']]).toEqual(['gzip', undefined])
  })
})
