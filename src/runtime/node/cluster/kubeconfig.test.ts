import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { dump } from 'js-yaml'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Authority, createAuthority, type ServerCertificate } from '../../../../test/support/certificates.ts'
import { keeper, serve, serveHttp } from '../../../../test/support/servers.ts'
import { createApiClient } from './api-client.ts'
import { kubeconfigAccess } from './kubeconfig.ts'
import { KubeconfigError, readKubeconfig } from './kubeconfig-file.ts'

const { keep, closeAll } = keeper()
const root = mkdtempSync(join(tmpdir(), 'portolan-kubeconfig-'))
let folder = ''
let authority: Authority
let certificate: ServerCertificate
let client: ServerCertificate

beforeAll(async () => {
  authority = await createAuthority()
  certificate = await authority.issue()
  client = await authority.issue({ altNames: ['toad'], usage: 'client' })
})
beforeEach(() => {
  folder = mkdtempSync(join(root, 'k-'))
})
afterEach(closeAll)
afterAll(() => rmSync(root, { recursive: true }))

const base64 = (text: string) => Buffer.from(text).toString('base64')

function write(name: string, content: string | Buffer | object): string {
  const file = join(folder, name)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, typeof content === 'string' || Buffer.isBuffer(content) ? content : dump(content))
  return file
}

type Parts = { cluster?: object; user?: object; context?: object; more?: object }

const config = ({ cluster, user = {}, context = {}, more = {} }: Parts = {}) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'here',
  preferences: {},
  contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', ...context } }],
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443', ...cluster } }],
  users: [{ name: 'u', user }],
  ...more,
})

const open = async (paths: string, context: string | null = null) =>
  kubeconfigAccess(await readKubeconfig(paths), context, 'test')

const mistakesOf = async (content: string | Buffer | object, context: string | null = null): Promise<string> => {
  const file = write('config', content)
  try {
    await open(file, context)
  } catch (error) {
    if (error instanceof KubeconfigError) {
      return error.message.replaceAll(folder, '…')
    }
    throw error
  }
  return 'no mistake'
}

/** Serves an API that says who asked, and gives the client that a kubeconfig of these parts comes to. */
async function reached({ cluster = {}, user = {} }: Parts) {
  const asked: IncomingMessage[] = []
  /** For each request, whether the certificate of its connection was good, and whose it was. */
  const shown: unknown[] = []
  const server = await keep(
    serveHttp(
      (request, response) => {
        asked.push(request)
        const socket = request.socket as TLSSocket
        shown.push([socket.authorized, socket.getPeerCertificate().subject?.CN])
        response.end('{}')
      },
      { tls: { ...certificate, requestCert: true, ca: authority.caPem, rejectUnauthorized: false } },
    ),
  )
  const file = write(
    'config',
    config({
      cluster: {
        server: `https://127.0.0.1:${server.port}`,
        'certificate-authority-data': base64(authority.caPem),
        ...cluster,
      },
      user,
    }),
  )
  const access = await open(file)
  const api = await keep(Promise.resolve(createApiClient(access)))
  return { access, api, asked, shown }
}

const PODS = { path: '/api/v1/pods' }

describe('a user of a kubeconfig', () => {
  it.each([
    ['a token', { token: 't0ken' }, { authorization: 'Bearer t0ken' }],
    ['a token with a line end', { token: 't0ken\n' }, { authorization: 'Bearer t0ken' }],
    ['a token of digits', { token: 123456 }, { authorization: 'Bearer 123456' }],
    ['a name and a password', { username: 'toad', password: '007' }, { authorization: `Basic ${base64('toad:007')}` }],
    ['nothing', {}, {}],
  ])('presents %s', async (_what, user, headers) => {
    const { api, asked } = await reached({ user })
    await api.get(PODS)
    expect(asked[0]?.headers).toMatchObject(headers)
    expect('authorization' in (asked[0]?.headers ?? {})).toBe('authorization' in headers)
  })

  it('presents the token of a file, which stands beside the kubeconfig, and its successor', async () => {
    write('secrets/token', 'first\n')
    const { api, asked } = await reached({ user: { tokenFile: 'secrets/token', token: 'fallback' } })
    await api.get(PODS)
    write('secrets/token', 'second')
    await api.get(PODS)
    rmSync(join(folder, 'secrets/token'))
    await api.get(PODS)
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
      'Bearer fallback',
    ])
  })

  it('acts as another, with uid, groups and more', async () => {
    const { api, asked } = await reached({
      user: {
        token: 'x',
        as: 'jane',
        'as-uid': 'u-1',
        'as-groups': ['dev', 'ops'],
        'as-user-extra': { 'acme.com/Project': ['a', 'b'], scopes: ['view'] },
      },
    })
    await api.get(PODS)
    const { rawHeaders } = asked[0] as IncomingMessage
    const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1]]] : []))
    expect(lines.filter(([name]) => name?.startsWith('impersonate'))).toEqual([
      ['impersonate-user', 'jane'],
      ['impersonate-uid', 'u-1'],
      ['impersonate-group', 'dev'],
      ['impersonate-group', 'ops'],
      ['impersonate-extra-acme.com%2fproject', 'a'],
      ['impersonate-extra-acme.com%2fproject', 'b'],
      ['impersonate-extra-scopes', 'view'],
    ])
  })

  it('shows its certificate, as data or as files, and the one that replaces it', async () => {
    const data = await reached({
      user: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) },
    })
    await data.api.get(PODS)
    expect(data.shown).toEqual([[true, 'toad']])

    write('pki/client.crt', client.cert)
    write('pki/client.key', client.key)
    const files = await reached({ user: { 'client-certificate': 'pki/client.crt', 'client-key': 'pki/client.key' } })
    await files.api.get(PODS)
    const next = await authority.issue({ altNames: ['frog'], usage: 'client' })
    // The certificate comes first: until its key is there, the old pair serves
    write('pki/client.crt', next.cert)
    await files.api.get(PODS)
    write('pki/client.key', next.key)
    await files.api.get(PODS)
    expect(files.shown).toEqual([
      [true, 'toad'],
      [true, 'toad'],
      [true, 'frog'],
    ])
  })
})

describe('a cluster of a kubeconfig', () => {
  it('is reached below a path, by plain http too, and its authority may be a file', async () => {
    const plain = await keep(serveHttp(({ url }, response) => void response.end(JSON.stringify({ url }))))
    const file = write('config', config({ cluster: { server: `http://127.0.0.1:${plain.port}/k8s/clusters/c-abc/` } }))
    const access = await open(file)
    const api = await keep(Promise.resolve(createApiClient(access)))
    expect(await api.get(PODS)).toEqual({ url: '/k8s/clusters/c-abc/api/v1/pods' })
    expect(access.warnings).toEqual([{ event: 'cluster_in_clear_text', cluster: 'test', server: access.server }])

    write('pki/ca.crt', authority.caPem)
    const { api: secure } = await reached({
      cluster: { 'certificate-authority': 'pki/ca.crt', 'certificate-authority-data': '' },
    })
    expect(await secure.get(PODS)).toEqual({})
  })

  it('is trusted by another name, or without being asked who it is, which is told', async () => {
    const named = await reached({ cluster: { 'tls-server-name': 'toad.example' } })
    expect(await named.api.get(PODS)).toEqual({})
    const other = await reached({ cluster: { 'tls-server-name': 'frog.example' } })
    await expect(other.api.get(PODS)).rejects.toMatchObject({ code: 'certificate_name_mismatch' })
    const careless = await reached({
      cluster: { 'insecure-skip-tls-verify': true, 'certificate-authority-data': null, 'tls-server-name': 'a.example' },
      user: { token: 'x' },
    })
    expect(await careless.api.get(PODS)).toEqual({})
    expect(careless.access.warnings).toEqual([
      { event: 'cluster_not_verified', cluster: 'test', server: careless.access.server },
    ])
  })

  it('is reached through a proxy, which may want a password', async () => {
    const asked: string[] = []
    const tunnel = (answer: string) => (socket: Socket) => {
      socket.once('data', (head) => {
        asked.push(head.toString())
        const port = Number(/^CONNECT 127\.0\.0\.1:(\d+) /.exec(head.toString())?.[1])
        socket.write(answer)
        if (answer.includes(' 200 ')) {
          const on = connect(port, '127.0.0.1')
          socket.pipe(on).pipe(socket)
          on.on('error', () => socket.destroy())
          socket.on('close', () => on.destroy())
        }
      })
    }
    const open = await keep(serve(tunnel('HTTP/1.1 200 OK\r\nX-Via: a\r\n\r\n')))
    const { api } = await reached({ cluster: { 'proxy-url': `http://toad:p%40ss@127.0.0.1:${open.port}` } })
    expect(await api.get(PODS)).toEqual({})
    expect(asked[0]).toContain(`\r\nProxy-Authorization: Basic ${base64('toad:p@ss')}\r\n`)

    const locked = await keep(serve(tunnel('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')))
    const refused = await reached({ cluster: { 'proxy-url': `http://toad:hidden@127.0.0.1:${locked.port}` } })
    await expect(refused.api.get(PODS)).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'connect_failed',
      message: `${refused.access.server}: the proxy http://127.0.0.1:${locked.port} makes no connection: it wants other credentials (407)`,
    })
    await locked.close()
    await expect(refused.api.get(PODS)).rejects.toMatchObject({
      kind: 'unreachable',
      code: 'connection_refused',
      message: `${refused.access.server}: the proxy http://127.0.0.1:${locked.port} makes no connection: the connection was refused (ECONNREFUSED)`,
    })
  })
})

describe('kubeconfigs as they are met', () => {
  const server = async (content: string | Buffer | object, context: string | null = null) =>
    (await open(write('config', content), context)).server

  it.each<[string, (text: string) => string | Buffer]>([
    ['with a byte order mark', (text) => `\ufeff${text}`],
    ['with the line ends of Windows', (text) => text.replaceAll('\n', '\r\n')],
    ['as PowerShell writes it', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['with a document mark', (text) => `---\n${text}`],
    ['as the first of several documents', (text) => `${text}---\nclusters: []\n`],
    ['as JSON', () => JSON.stringify(config(), null, '\t')],
    [
      'in flow style',
      () =>
        "{current-context: here, contexts: [{name: here, context: {cluster: c}}], clusters: [{name: c, cluster: {server: 'https://127.0.0.1:6443'}}]}",
    ],
    [
      'with fields that several entries share',
      () =>
        "x: &all {server: 'https://127.0.0.1:6443'}\ncurrent-context: here\ncontexts: [{name: here, context: {cluster: c}}]\nclusters: [{name: c, cluster: {<<: *all}}]\n",
    ],
    ['with unknown fields', (text) => `${text}extensions: [{name: x, extension: {a: 1}}]\nfuture: {a: [1]}\n`],
  ])('are read %s', async (_how, made) => {
    expect(await server(made(dump(config())))).toBe('https://127.0.0.1:6443')
  })

  it('may name a cluster twice: the first counts; lists may be null', async () => {
    const twice = config({
      more: {
        clusters: [
          { name: 'c', cluster: { server: 'https://first.example' } },
          { name: 'c', cluster: { server: 'https://second.example' } },
        ],
        users: null,
        contexts: [{ name: 'here', context: { cluster: 'c' } }],
      },
    })
    expect(await server(twice)).toBe('https://first.example')
  })

  it('are read as one where several are named; what is not there is left out and told', async () => {
    const first = write('a/config', config({ cluster: { server: 'https://first.example' } }))
    const second = write('b/config', {
      'current-context': 'other',
      contexts: [{ name: 'other', context: { cluster: 'd' } }],
      clusters: [
        { name: 'd', cluster: { server: 'https://second.example', 'certificate-authority': 'ca.crt' } },
        { name: 'c', cluster: { server: 'https://never.example' } },
      ],
    })
    write('b/ca.crt', authority.caPem)
    const paths = [first, join(folder, 'none'), second].join(delimiter)
    expect((await open(paths)).server).toBe('https://first.example')
    expect((await open(paths, 'other')).server).toBe('https://second.example')
    expect((await readKubeconfig(paths)).missing).toEqual([join(folder, 'none')])
  })
})

describe('a mistake in a kubeconfig', () => {
  const CHOICE = 'contexts are here'
  it.each<[string, string | object, string | null]>([
    [`…/config: it is neither YAML nor JSON at line 1, column 11`, 'token: "s\\qecret"', null],
    ['…/config: it is no kubeconfig: expected an object with clusters, users and contexts', 'just words', null],
    [
      `…/config: current-context is not set: set PORTOLAN_KUBE_CONTEXT; ${CHOICE}`,
      config({ more: { 'current-context': '' } }),
      null,
    ],
    [`…/config: there is no context "hear"; did you mean "here"?; ${CHOICE}`, config(), 'hear'],
    ['…/config: current-context is not set: set PORTOLAN_KUBE_CONTEXT; contexts are none', '', null],
    ['…/config: clusters is a text, expected a list', config({ more: { clusters: 'c' } }), null],
    [
      '…/config: contexts[name=here].context.cluster names "d", which is not there; did you mean "c"?; clusters are c',
      config({ context: { cluster: 'd' } }),
      null,
    ],
    [
      '…/config: contexts[name=here].context.user names "nobody", which is not there; users are u',
      config({ context: { user: 'nobody' } }),
      null,
    ],
    [
      '…/config: clusters[name=c].cluster.server is no URL like https://10.0.0.1:6443',
      config({ cluster: { server: '10.0.0.1:6443' } }),
      null,
    ],
    [
      '…/config: clusters[name=c].cluster.server is missing, expected a URL like https://10.0.0.1:6443',
      config({ cluster: { server: null } }),
      null,
    ],
    [
      '…/config: clusters[name=c].cluster.proxy-url is no URL like http://proxy.example:3128 (SOCKS is not spoken: use a proxy that takes CONNECT)',
      config({ cluster: { 'proxy-url': 'socks5://a:b@localhost:1080' } }),
      null,
    ],
    [
      '…/config: clusters[name=c].cluster.certificate-authority-data is not base64',
      config({ cluster: { 'certificate-authority-data': '***' } }),
      null,
    ],
    [
      '…/config: clusters[name=c].cluster.certificate-authority-data cannot be used: it holds no certificate (PEM, -----BEGIN CERTIFICATE-----)',
      config({ cluster: { 'certificate-authority-data': base64('hello') } }),
      null,
    ],
    [
      '…/config: clusters[name=c].cluster.certificate-authority cannot be used: the certificates of its authority are in …/no.crt: there is no such file (ENOENT)',
      config({ cluster: { 'certificate-authority': 'no.crt' } }),
      null,
    ],
    [
      '…/config: users[name=u].user.token is an object, expected a text',
      config({ user: { token: { a: 'secret' } } }),
      null,
    ],
    [
      '…/config: users[name=u].user.token holds more than visible characters: is it cut, or wrapped over lines?',
      config({ user: { token: 'two words' } }),
      null,
    ],
    [
      '…/config: users[name=u].user.tokenFile cannot be used: …/none: there is no such file (ENOENT)',
      config({ user: { tokenFile: 'none' } }),
      null,
    ],
    [
      '…/config: users[name=u].user.client-certificate-data has no client-key beside it: give both, or neither',
      config({ user: { 'client-certificate-data': 'eA==' } }),
      null,
    ],
    [
      '…/config: users[name=u].user.username stands beside a token: take one of the two away',
      config({ user: { token: 'x', username: 'a' } }),
      null,
    ],
    [
      '…/config: users[name=u].user.as-groups stands without as: name the user to act as',
      config({ user: { 'as-groups': ['a'] } }),
      null,
    ],
    [
      '…/config: users[name=u].user.auth-provider is no longer part of Kubernetes (since 1.26): use exec with gke-gcloud-auth-plugin (gcloud container clusters get-credentials writes it)',
      config({ user: { 'auth-provider': { name: 'gcp', config: { 'access-token': 's' } } } }),
      null,
    ],
    [
      '…/config: users[name=u].user.exec.apiVersion is not known, expected client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1',
      config({ user: { exec: { apiVersion: 'client.authentication.k8s.io/v1alpha1', command: 'x' } } }),
      null,
    ],
    [
      '…/config: users[name=u].user.exec.command is missing, expected the program that hands out credentials',
      config({ user: { exec: { apiVersion: 'client.authentication.k8s.io/v1' } } }),
      null,
    ],
  ])('is told in one line: %s', async (message, content, context) => {
    expect(await mistakesOf(content, context)).toBe(message)
  })

  it('is a certificate that is to be trusted and is not to be asked for', async () => {
    const cluster = { 'insecure-skip-tls-verify': 'true', 'certificate-authority-data': base64(authority.caPem) }
    expect(await mistakesOf(config({ cluster }))).toBe(
      '…/config: clusters[name=c].cluster.insecure-skip-tls-verify is true beside a certificate-authority: take one of the two away',
    )
  })

  it('in several fields is told at once', async () => {
    const content = config({ cluster: { server: 'x', 'proxy-url': 7 }, user: { token: ['x'], 'as-uid': 'y' } })
    expect((await mistakesOf(content)).split('; ')).toHaveLength(4)
  })

  it('of a file that cannot be read is told', async () => {
    await expect(readKubeconfig(join(folder, 'none'))).rejects.toThrow('none: there is no such file (ENOENT)')
    await expect(readKubeconfig(folder)).rejects.toThrow('it is a folder (EISDIR)')
    await expect(readKubeconfig('~/.kube/config')).rejects.toThrow('nothing expands ~ here, write the whole path')
    await expect(readKubeconfig(['/no/a', '/no/b'].join(delimiter))).rejects.toThrow(
      '/no/a, /no/b: there is no such file',
    )
  })
})
