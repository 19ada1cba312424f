import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { dump } from 'js-yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serve, serveHttp, type TestServer } from '../../../../test/support/servers.ts'
import { createApiClient } from './api-client.ts'
import { kubeconfigAccess } from './kubeconfig.ts'
import { readKubeconfig } from './kubeconfig-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'portolan-secrets-'))
const file = join(folder, 'config')
/** An API server that repeats what it is shown, a proxy that refuses, and nobody. */
let echo: TestServer
let proxy: TestServer
let closed: TestServer

beforeAll(async () => {
  echo = await serveHttp(({ headers }, response) => {
    const { authorization = '', ...others } = headers
    const message = `${authorization} ${JSON.stringify(others)} ${authorization.split(' ')[1]} may not`
    response.writeHead(authorization === '' ? 302 : 403, { location: `https://login.example/?was=${authorization}` })
    response.end(JSON.stringify({ kind: 'Status', status: 'Failure', message, code: 403 }))
  })
  proxy = await serve((socket) => {
    socket.once('data', (head) => socket.end(`HTTP/1.1 407 ${head.toString().replaceAll('\r\n', ' ')}\r\n\r\n`))
  })
  closed = await serveHttp(() => undefined)
  await closed.close()
})
afterAll(async () => {
  await Promise.all([echo.close(), proxy.close()])
  rmSync(folder, { recursive: true })
})

const base64 = (text: string) => Buffer.from(text).toString('base64')
const pem = (text: string, of: string) => base64(`-----BEGIN ${of}-----\n${base64(text)}\n-----END ${of}-----\n`)

type User = Record<string, unknown>

/** Each puts the secret where one stands in a kubeconfig, well-formed or not. */
const USERS: readonly ((secret: string) => User)[] = [
  (secret) => ({ token: secret }),
  (secret) => ({ token: `${secret} ${secret}` }),
  (secret) => ({ token: [secret] }),
  (secret) => ({ username: 'toad', password: secret }),
  (secret) => ({ username: 'toad', password: { of: secret } }),
  (secret) => ({ token: secret, password: secret }),
  (secret) => ({ 'client-key-data': base64(secret), 'client-certificate-data': base64(secret) }),
  (secret) => ({ 'client-key-data': secret, 'client-certificate-data': secret }),
  (secret) => ({
    'client-key-data': pem(secret, 'PRIVATE KEY'),
    'client-certificate-data': pem(secret, 'CERTIFICATE'),
  }),
  (secret) => ({ 'auth-provider': { name: 'gcp', config: { 'access-token': secret } } }),
  (secret) => ({ exec: { apiVersion: secret, command: 'x', args: [secret], env: [{ name: 'A', value: secret }] } }),
  (secret) => ({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin', args: [secret] } }),
  (secret) => ({
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: './no-plugin',
      args: secret,
      env: [{ value: secret }, { name: 'S', value: [secret] }],
    },
  }),
]

/** Scripts of a credential plugin: what it writes, and how it ends. */
const PLUGINS: readonly ((secret: string) => string)[] = [
  (secret) => `echo '${secret}'; echo '${secret}' >&2; exit 3`,
  (secret) => `echo '{"kind":"ExecCredential","apiVersion":"${secret}","status":{"token":"${secret}"}}'`,
  (secret) =>
    `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"${secret}"}}'`,
  (secret) =>
    `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"${secret}","expirationTimestamp":"${secret}"}}'`,
]

const CLUSTERS: readonly ((secret: string) => Record<string, unknown>)[] = [
  () => ({ server: echo.url }),
  () => ({ server: closed.url }),
  () => ({ server: `https://127.0.0.1:${echo.port}` }),
  (secret) => ({ server: echo.url.replace('://', `://toad:${secret}@`) }),
  (secret) => ({ server: `ftp://toad:${secret}@127.0.0.1` }),
  (secret) => ({ server: `toad:${secret}@127.0.0.1:99999` }),
  (secret) => ({ server: echo.url, 'proxy-url': `http://toad:${secret}@127.0.0.1:${proxy.port}` }),
  (secret) => ({ server: echo.url, 'proxy-url': `http://toad:${secret}@127.0.0.1:${closed.port}` }),
  (secret) => ({ server: echo.url, 'proxy-url': `socks5://toad:${secret}@127.0.0.1:1080` }),
]

/** Ways in which the text itself may be broken. */
const TEXTS: readonly ((text: string, secret: string) => string)[] = [
  (text) => text,
  (text, secret) => `${text}\nbroken: "\\q${secret}\n`,
  (text, secret) => `${text}\n\t${secret}: [\n`,
  (text, secret) => `${text}\nalias: *${secret}\n`,
  (_text, secret) => `"${secret}"`,
]

it('no secret of a kubeconfig, nor what a plugin writes, is in an error or in a line of the log', async () => {
  const anyOf = <T>(values: readonly T[]) => fc.constantFrom(...values)
  const secrets = fc.stringMatching(/^[A-Za-z0-9+/]{12,24}$/).map((text) => `s3cr3t${text}`)
  await fc.assert(
    fc.asyncProperty(
      secrets,
      anyOf(USERS),
      anyOf(PLUGINS),
      anyOf(CLUSTERS),
      fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(TEXTS.length - 1) }),
      async (secret, user, plugin, cluster, text) => {
        writeFileSync(join(folder, 'plugin'), `#!/bin/sh\n${plugin(secret)}\n`)
        chmodSync(join(folder, 'plugin'), 0o755)
        const content = dump({
          'current-context': 'here',
          contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
          clusters: [{ name: 'c', cluster: cluster(secret) }],
          users: [{ name: 'u', user: user(secret) }],
        })
        writeFileSync(file, TEXTS[text]?.(content, secret) ?? content)
        const told: unknown[] = []
        try {
          const access = await kubeconfigAccess(await readKubeconfig(file), null, 'test')
          told.push(access.warnings, access.server)
          const client = createApiClient(access)
          await client.get({ path: '/api/v1/pods' }).catch((error: unknown) => told.push(shown(error)))
          await client.close()
        } catch (error) {
          told.push(shown(error))
        }
        const everything = JSON.stringify(told)
        expect(told).not.toEqual([])
        for (const form of [secret, base64(secret), base64(`toad:${secret}`), encodeURIComponent(secret)]) {
          expect(everything).not.toContain(form)
        }
      },
    ),
    { numRuns: 150 },
  )
})

/** All that a log would say of it, and its cause's. */
const shown = (error: unknown): unknown =>
  error instanceof Error ? { ...error, message: error.message, stack: error.stack, cause: shown(error.cause) } : error
