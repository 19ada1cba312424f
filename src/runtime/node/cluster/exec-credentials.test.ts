import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Authority, createAuthority } from '../../../../test/support/certificates.ts'
import { keeper, serveHttp } from '../../../../test/support/servers.ts'
import type { Credentials } from './access.ts'
import { createApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { kubeconfigAccess } from './kubeconfig.ts'
import { readKubeconfig } from './kubeconfig-file.ts'
import type { ExecLimits } from './kubeconfig-user.ts'

const { keep, closeAll } = keeper()
const root = mkdtempSync(join(tmpdir(), 'portolan-exec-'))
let folder = ''
let authority: Authority

beforeAll(async () => {
  authority = await createAuthority()
})
beforeEach(() => {
  folder = mkdtempSync(join(root, 'e-'))
})
afterEach(closeAll)
afterAll(() => rmSync(root, { recursive: true }))

const V1 = 'client.authentication.k8s.io/v1'
const SERVER = 'https://127.0.0.1:6443'

/** A plugin is a shell script beside the kubeconfig. */
function plugin(...lines: string[]): string {
  const file = join(folder, 'plugin')
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'))
  chmodSync(file, 0o755)
  return './plugin'
}

const handing = (status: object, apiVersion = V1): string =>
  `echo '${JSON.stringify({ kind: 'ExecCredential', apiVersion, status })}'`

async function open(exec: object, { cluster = {}, ...limits }: ExecLimits & { cluster?: object } = {}) {
  const file = join(folder, 'config')
  const content = {
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: SERVER, ...cluster } }],
    users: [{ name: 'u', user: { exec: { apiVersion: V1, ...exec } } }],
  }
  writeFileSync(file, JSON.stringify(content))
  return kubeconfigAccess(await readKubeconfig(file), null, 'test', limits)
}

const presented = async (credentials: Credentials) => (await credentials.current()).headers.authorization

/** Counts its runs in a file. */
const COUNT = 'echo run >> runs.txt'
const runs = () => readFileSync(join(folder, 'runs.txt'), 'utf8').trim().split('\n').length
const inFolder = () => `cd ${folder}`

describe('an exec plugin', () => {
  it('is run once for all who ask, and again when what it gave has expired', async () => {
    let nowMs = Date.parse('2026-11-30T10:00:00Z')
    const clock = {
      now: () => nowMs,
      monotonic: () => performance.now(),
      sleep: () => new Promise<void>(() => undefined),
    }
    const status = { token: 'one', expirationTimestamp: '2026-11-30T10:05:00Z' }
    const { credentials } = await open({ command: plugin(inFolder(), COUNT, handing(status)) }, { clock })
    expect(await Promise.all(Array.from({ length: 20 }, () => presented(credentials)))).toEqual(
      Array.from({ length: 20 }, () => 'Bearer one'),
    )
    expect(runs()).toBe(1)
    nowMs += 299_999
    await presented(credentials)
    expect(runs()).toBe(1)
    nowMs += 1
    await presented(credentials)
    expect(runs()).toBe(2)
  })

  it('is run again when its token is refused, and no request of many fails', async () => {
    let valid = 1
    const server = await keep(
      serveHttp(
        ({ headers }, response) => {
          response.writeHead(headers.authorization === `Bearer t${valid}` ? 200 : 401).end('{}')
        },
        { tls: await authority.issue() },
      ),
    )
    const current = join(folder, 'valid')
    writeFileSync(current, 't1')
    const command = plugin(
      inFolder(),
      COUNT,
      `echo '{"kind":"ExecCredential","apiVersion":"${V1}","status":{"token":"'$(cat valid)'"}}'`,
    )
    const cluster = {
      server: `https://127.0.0.1:${server.port}`,
      'certificate-authority-data': Buffer.from(authority.caPem).toString('base64'),
    }
    const api = await keep(Promise.resolve(createApiClient(await open({ command }, { cluster }))))
    const many = () => Promise.all(Array.from({ length: 10 }, () => api.get({ path: '/api/v1/pods' })))
    await many()
    valid = 2
    writeFileSync(current, 't2')
    await many()
    expect(runs()).toBe(2)
    // A plugin that gives what is refused is not run for ever
    valid = 3
    for (let count = 0; count < 20; count++) {
      await expect(api.get({ path: '/api/v1/pods' })).rejects.toMatchObject({ kind: 'unauthorized' })
    }
    expect(runs()).toBeLessThanOrEqual(5)
  })

  it('gets its arguments, its variables and what it asks to know of the cluster, and no setting of ours', async () => {
    process.env.PORTOLAN_EXEC_TEST = 'ours'
    const command = plugin(
      inFolder(),
      'echo "$1|$2|$A|$PORTOLAN_EXEC_TEST|$HOME" > seen.txt',
      'echo "$KUBERNETES_EXEC_INFO" > info.txt',
      'if read line; then echo typed >> seen.txt; fi',
      handing({ token: 'x' }),
    )
    const cluster = {
      'tls-server-name': 'a.example',
      extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'a' } }],
    }
    const exec = { command, args: ['get', 'token now'], env: [{ name: 'A', value: 'b' }], interactiveMode: 'Always' }
    const { credentials } = await open({ ...exec, provideClusterInfo: true }, { cluster })
    expect(await presented(credentials)).toBe('Bearer x')
    expect(readFileSync(join(folder, 'seen.txt'), 'utf8')).toBe(`get|token now|b||${process.env.HOME}\n`)
    expect(JSON.parse(readFileSync(join(folder, 'info.txt'), 'utf8'))).toEqual({
      kind: 'ExecCredential',
      apiVersion: V1,
      spec: {
        interactive: false,
        cluster: { server: SERVER, 'tls-server-name': 'a.example', config: { audience: 'a' } },
      },
    })
    delete process.env.PORTOLAN_EXEC_TEST
  })

  it('may hand out a client certificate, which the server sees', async () => {
    const subjects: unknown[] = []
    const tls = { ...(await authority.issue()), requestCert: true, ca: authority.caPem }
    const server = await keep(
      serveHttp(
        (request, response) => {
          subjects.push((request.socket as TLSSocket).getPeerCertificate().subject.CN)
          response.end('{}')
        },
        { tls },
      ),
    )
    const { cert, key } = await authority.issue({ altNames: ['toad'], usage: 'client' })
    const beta = 'client.authentication.k8s.io/v1beta1'
    const status = { clientCertificateData: cert, clientKeyData: key }
    writeFileSync(join(folder, 'out.json'), JSON.stringify({ kind: 'ExecCredential', apiVersion: beta, status }))
    const access = await open(
      { apiVersion: beta, command: plugin(inFolder(), 'cat out.json') },
      {
        cluster: {
          server: `https://127.0.0.1:${server.port}`,
          'certificate-authority-data': Buffer.from(authority.caPem).toString('base64'),
        },
      },
    )
    const api = await keep(Promise.resolve(createApiClient(access)))
    await api.get({ path: '/api/v1/pods' })
    expect(subjects).toEqual(['toad'])
  })

  it('that hangs is ended after its limit, with its children, and that is told', async () => {
    const command = plugin(inFolder(), '(sleep 600; echo late > late.txt) &', 'echo $! > child.txt', 'sleep 600')
    const { credentials } = await open({ command }, { execMs: 500 })
    await expect(credentials.current()).rejects.toMatchObject({
      kind: 'credentials',
      message: `${SERVER}: the exec plugin ${join(folder, 'plugin')} has not ended within 0.5 s, and was ended: does it wait for somebody to log in?`,
    })
    const child = Number(readFileSync(join(folder, 'child.txt'), 'utf8'))
    await expect.poll(() => isRunning(child)).toBe(false)
  })

  it('may leave a child behind that keeps its output open', async () => {
    const command = plugin(inFolder(), 'sleep 5 &', handing({ token: 'x' }))
    const { credentials } = await open({ command }, { execMs: 4_000 })
    expect(await presented(credentials)).toBe('Bearer x')
  })

  it('is ended with the client', async () => {
    const { credentials } = await open({ command: plugin(inFolder(), 'echo $$ > pid.txt', 'sleep 600') })
    const asked = credentials.current()
    await expect
      .poll(() => existsSync(join(folder, 'pid.txt')) && readFileSync(join(folder, 'pid.txt'), 'utf8'))
      .toMatch(/\d/)
    credentials.close()
    await expect(asked).rejects.toThrow('was ended: the client was closed')
    await expect.poll(() => isRunning(Number(readFileSync(join(folder, 'pid.txt'), 'utf8')))).toBe(false)
  })

  it.each<[string, string[]]>([
    [
      'ended with code 7: run it by hand, with the arguments and variables of the kubeconfig, to see why',
      ['echo s3cret; exit 7'],
    ],
    [
      'was ended by SIGTERM: run it by hand, with the arguments and variables of the kubeconfig, to see why',
      ['kill $$'],
    ],
    [
      'wrote no JSON object: it must write an ExecCredential, and nothing else, to its standard output',
      ['echo s3cret'],
    ],
    ['wrote no JSON object: it must write an ExecCredential, and nothing else, to its standard output', ['true']],
    ['wrote an object of another kind than ExecCredential', ['echo \'{"kind":"Status","message":"s3cret"}\'']],
    [
      `wrote an ExecCredential of another apiVersion than ${V1}, which the kubeconfig names`,
      [handing({ token: 's3cret' }, 'v2')],
    ],
    [
      'wrote an ExecCredential without status: it handed out nothing',
      [`echo '{"kind":"ExecCredential","apiVersion":"${V1}","token":"s3cret"}'`],
    ],
    [
      'wrote neither status.token nor both of status.clientCertificateData and status.clientKeyData',
      [handing({ clientKeyData: 's3cret' })],
    ],
    [
      'wrote a status.expirationTimestamp that is no instant of RFC 3339',
      [handing({ token: 's3cret', expirationTimestamp: 's3cret' })],
    ],
    ['wrote a status.token that no header may hold', [handing({ token: 's3cret\\nx' })]],
    [
      'wrote a status.clientCertificateData that cannot be used: it holds no certificate (PEM, -----BEGIN CERTIFICATE-----)',
      [handing({ clientCertificateData: 's3cret', clientKeyData: 's3cret' })],
    ],
    ['wrote more than 1 MiB, and was ended', ['while true; do echo s3cret; done']],
  ])('that %s is told so, and nothing that it wrote', async (why, lines) => {
    const { credentials } = await open({
      command: plugin(...lines),
      args: ['s3cret'],
      env: [{ name: 'S', value: 's3cret' }],
    })
    await expect(credentials.current()).rejects.toMatchObject({
      kind: 'credentials',
      message: `${SERVER}: the exec plugin ${join(folder, 'plugin')} ${why}`,
    })
  })

  it('is told when a read has no time left for it, which is no fault of the API server', async () => {
    const { credentials } = await open({ command: plugin('sleep 600') })
    const deadline = new AbortController()
    const asked = credentials.current(deadline.signal)
    deadline.abort(new ApiError('unreachable', 'no answer', { code: 'response_timeout' }))
    await expect(asked).rejects.toMatchObject({
      kind: 'credentials',
      message: `${SERVER}: the exec plugin ${join(folder, 'plugin')} has not handed out anything yet: does it wait for somebody to log in?`,
    })
    const gone = new AbortController()
    const left = credentials.current(gone.signal)
    gone.abort(new Error('the caller has gone'))
    await expect(left).rejects.toThrow('the caller has gone')
    credentials.close()
  })

  it('that cannot be started is told without its arguments', async () => {
    const nul = await open({ command: 'sh', args: ['s3cret\0'] })
    await expect(nul.credentials.current()).rejects.toMatchObject({
      kind: 'credentials',
      message: `${SERVER}: the exec plugin sh is given an argument or a variable with a NUL in it (ERR_INVALID_ARG_VALUE)`,
    })
    writeFileSync(join(folder, 'flat'), '')
    const inFile = await open({ command: './flat/plugin' })
    await expect(inFile.credentials.current()).rejects.toThrow('a part of its path is no folder (ENOTDIR)')
    const large = await open({ command: 'sh', args: ['s3cret'.repeat(1_000_000)] })
    await expect(large.credentials.current()).rejects.toMatchObject({
      message: `${SERVER}: the exec plugin sh is given more arguments and variables than the system takes (E2BIG)`,
    })
  })

  it('that is not there is told with the hint of the kubeconfig', async () => {
    const hint = 'Install it:\n  brew install toad'
    const { credentials } = await open({ command: 'no-such-plugin', installHint: hint })
    await expect(credentials.current()).rejects.toMatchObject({
      message: `${SERVER}: the exec plugin no-such-plugin is not there: install it, or name its whole path (ENOENT); Install it: brew install toad`,
    })
    writeFileSync(join(folder, 'flat'), '')
    const flat = await open({ command: './flat' })
    await expect(flat.credentials.current()).rejects.toThrow('may not be run by this user (EACCES)')
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A zombie whose parent has ended is nobody's to reap here
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
