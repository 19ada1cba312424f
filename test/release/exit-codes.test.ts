import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildOnce } from '../support/bundle.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { freePort } from '../support/program.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

/**
 * How each kind of run ends under `bash -e -o pipefail`, as CI systems run a step: 0 for a target that passes, 1 for one
 * that fails, 2 for all that says nothing of it, 130 and 143 after a signal.
 */
const TOKEN = 'an-admin-token-for-exit-codes'
let folder = ''
let pod: Pod
let portolan: TestPortolan
const others: Server[] = []

beforeAll(async () => {
  buildOnce()
  folder = mkdtempSync(join(tmpdir(), 'portolan-exit-'))
  pod = await startPod('toad-1')
  const silentPod = await startOther(() => undefined)
  portolan = await startTestPortolan({
    ...{ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN, PORTOLAN_VANTAGE: 'outside' },
  })
  const files: Record<string, unknown> = {
    'pass.json': service('pass', pod.port),
    'fail.json': service('fail', await freePort()),
    'inside.json': { ...toadService(80), metadata: { name: 'inside', namespace: 'shop' } },
    'hangs.json': service('hangs', silentPod),
    'two.json': { kind: 'List', apiVersion: 'v1', items: [service('pass', pod.port), service('other', pod.port)] },
    'pod.json': { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'lonely', namespace: 'shop' } },
  }
  for (const [name, document] of Object.entries(files)) {
    writeFileSync(join(folder, name), JSON.stringify(document))
  }
  writeFileSync(join(folder, 'bad.yaml'), 'kind: Service\nmetadata: {name: [}\n')
  writeFileSync(join(folder, 'kubeconfig'), kubeconfigOf(await freePort()))
  writeFileSync(join(folder, 'silent'), kubeconfigOf(await startOther(() => undefined)))
  writeFileSync(
    join(folder, 'thrown-in-thread.mjs'),
    'import { isMainThread } from "node:worker_threads"\nif (!isMainThread) throw new Error("ours")\n',
  )
  writeFileSync(join(folder, 'thrown.mjs'), 'setTimeout(() => { throw new Error("ours") }, 100)\n')
  writeFileSync(join(folder, 'rejected.mjs'), 'setTimeout(() => void Promise.reject(new Error("ours")), 100)\n')
  writeFileSync(
    join(folder, 'memory-of-thread.mjs'),
    'import { isMainThread } from "node:worker_threads"\nconst all = []\n' +
      'if (!isMainThread) setTimeout(() => { for (;;) all.push({ text: String(all.length) }) }, 100)\n',
  )
  writeFileSync(
    join(folder, 'memory.mjs'),
    'const all = []\nsetTimeout(() => { for (;;) all.push(new Array(1000).fill({})) }, 100)\n',
  )
  writeFileSync(
    join(folder, 'env'),
    [
      `DOWN=http://127.0.0.1:${await freePort()}`,
      `SILENT=http://127.0.0.1:${await startOther(() => undefined)}`,
      `HTML=http://127.0.0.1:${await startOther((_, response) => response.end('<html>'))}`,
      `NULL=http://127.0.0.1:${await startOther((_, response) => response.writeHead(201, { 'content-type': 'application/json' }).end('null'))}`,
      `SERVER=${portolan.url}`,
      `TOKEN=${TOKEN}`,
    ].join('\n'),
  )
})
afterAll(async () => {
  await Promise.all([pod.close(), portolan.close(), ...others.map(closed)])
  rmSync(folder, { recursive: true })
})

const service = (name: string, port: number) => ({
  ...toadService(port, { type: 'LoadBalancer' }),
  metadata: { name, namespace: 'shop' },
  status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
})

const kubeconfigOf = (port: number): string => `apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: here, user: me, namespace: shop}}]
clusters: [{name: here, cluster: {server: 'http://127.0.0.1:${port}'}}]
users: [{name: me, user: {}}]
`

async function startOther(listener: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(listener)
  others.push(server)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return (server.address() as AddressInfo).port
}

const closed = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })

type Ended = { code: unknown; said: string }

/** A step as CI systems run it. `p` is the program, quiet of what it prints to standard output. */
const step = (script: string): Promise<Ended> =>
  new Promise((ended) => {
    const functions = `portolan() { '${process.execPath}' '${resolve('dist/portolan.cjs')}' "$@"; }; p() { portolan "$@" >/dev/null; }`
    const env = { PATH: process.env.PATH ?? '', HOME: folder }
    const text = `set -a; . ./env; set +a; ${functions}\n${script}`
    execFile('bash', ['-e', '-o', 'pipefail', '-c', text], { cwd: folder, env }, (error, _out, stderr) =>
      ended({ code: error === null ? 0 : error.code, said: stderr }),
    )
  })

const ASKING = 'PORTOLAN_TOKEN=$TOKEN p check --server $SERVER'
/** Starts a check that hangs, and sends it a signal once it tries something. */
const signalled = (signal: string): string =>
  `'${process.execPath}' '${resolve('dist/portolan.cjs')}' check -f hangs.json --timeout 50s >/dev/null & sleep 3; kill -${signal} $!; wait $!`

const CASES: readonly (readonly [code: number, what: string, script: string, says?: RegExp])[] = [
  [0, 'a target that passes', 'p check -f pass.json'],
  [1, 'a target that fails', 'p check -f fail.json'],
  [2, 'nothing that could be tested from here', 'p check -f inside.json'],
  [0, 'the same, where that is allowed', 'p check -f inside.json --allow-inconclusive'],
  [1, 'a failing target, where only the inconclusive is allowed', 'p check -f fail.json --allow-inconclusive'],
  [2, 'paths that are selected and not there', 'p check -f pass.json --include ExternalName'],
  [0, 'a target that is not to be reached and is not', 'p check -f fail.json --expect-unreachable LoadBalancer'],
  [1, 'a target that is not to be reached and is', 'p check -f pass.json --expect-unreachable LoadBalancer'],
  [2, 'an address that the policy forbids', 'p check -f pass.json --strict-egress'],
  [0, '--help', 'p check --help'],
  [0, '--version', 'p --version'],
  [2, 'an unknown option', 'p check -f pass.json --wiat 3', /Did you mean --wait\?/],
  [2, 'an unknown command', 'p chekc', /Did you mean check\?/],
  [2, 'nothing named', 'p check', /Say what to check/],
  [2, 'a file that is not there', 'p check -f nowhere.yaml', /nowhere\.yaml/],
  [2, 'YAML that cannot be read', 'p check -f bad.yaml', /bad\.yaml/],
  [2, 'manifests without a Service', 'p check -f pod.json'],
  [2, 'a Service that is not among the manifests', 'p check -f pass.json pas', /pass/],
  [2, 'several Services and no name', 'p check -f two.json'],
  [0, 'a folder that is gone', 'mkdir gone; cd gone; rmdir ../gone; p check -f "$OLDPWD/pass.json"'],
  [2, 'no standard input', 'p check -f - </dev/null'],
  [2, 'no cluster', 'p check toad-svc -n shop', /kubeconfig/i],
  [2, 'a cluster that is not reached', 'p check toad-svc --kubeconfig kubeconfig'],
  [0, 'a target that passes, by a server', `${ASKING} -f pass.json`],
  [1, 'a target that fails, by a server', `${ASKING} -f fail.json`],
  [2, 'a job that has not ended in time', `${ASKING} -f hangs.json --timeout 50s --wait 1s`],
  [2, 'a server that is down', 'p check --server $DOWN -f pass.json'],
  [2, 'a server that is silent', 'p check --server $SILENT --server-timeout 1s -f pass.json'],
  [2, 'a server that answers nothing', 'p check --server $NULL -f pass.json', /201 application\/json, which Portolan/],
  [2, 'a server that is no Portolan', 'p check --server $HTML -f pass.json'],
  [2, 'a wrong token', 'PORTOLAN_TOKEN=pt_wrong p check --server $SERVER -f pass.json'],
  [2, 'a token as an argument', 'p check -f pass.json --token secret', /PORTOLAN_TOKEN/],
  [2, 'a setting that there is not', 'PORTOLAN_SERVRE=x p check -f pass.json', /PORTOLAN_SERVER/],
  [130, 'SIGINT', signalled('INT')],
  [143, 'SIGTERM', signalled('TERM')],
  [2, 'a reader that has gone before anything was written', 'portolan check -f pass.json | true', /has gone/],
  [
    2,
    'a reader that has gone while a Service is watched',
    'portolan watch -f fail.json --every 100ms | true',
    /has gone/,
  ],
  [2, 'a full disk behind standard output', 'portolan check -f fail.json >/dev/full', /disk is full/],
  [2, 'the version, where the disk is full', 'portolan --version >/dev/full', /^The version cannot be told: ENOSPC/],
  [2, 'the version, where whoever reads has gone', 'portolan --version | true', /^The version cannot be told: .*EPIPE/],
  [
    2,
    'the version of an installation without its package.json',
    'mkdir part && cp $DIST/portolan.cjs part/ && node part/portolan.cjs --version',
    /^The version cannot be told: ENOENT/,
  ],
  [2, 'a full disk behind a report', 'p check -f fail.json --junit /dev/full', /disk is full/],
  [2, 'one file for two reports', 'p check -f fail.json --json a --text ./a', /name the same file/],
  [
    2,
    'a cluster that is silent',
    'p plan -A --kubeconfig silent --server-timeout 1s',
    /There was no answer within 1 s\./,
  ],
  [2, 'a report in a folder that is not there', 'p check -f fail.json --junit no/where.xml', /folder/],
  [
    2,
    'a fault of ours in the thread that probes',
    'NODE_OPTIONS="--import ./thrown-in-thread.mjs" p check -f fail.json',
    /^The thread that probes has ended, which says nothing of any target: ours\. .*\n$/,
  ],
  [
    2,
    'the same, while a Service is watched',
    'NODE_OPTIONS="--import ./thrown-in-thread.mjs" p watch -f fail.json',
    /^The thread that probes has ended, which says nothing of any target: ours\. .*\n$/,
  ],
  [
    2,
    'a fault of ours, thrown',
    'NODE_OPTIONS="--import ./thrown.mjs" p check -f hangs.json',
    /says nothing of any target/,
  ],
  [
    2,
    'a fault of ours, rejected',
    'NODE_OPTIONS="--import ./rejected.mjs" p check -f hangs.json',
    /says nothing of any target/,
  ],
  [
    2,
    'memory that the thread that probes uses up',
    'NODE_OPTIONS="--max-old-space-size=64 --import ./memory-of-thread.mjs" p check -f hangs.json --timeout 50s',
    /^The thread that probes has ended, .* Check fewer Services at once, /,
  ],
  // V8 ends the process itself (SIGABRT), where nothing can be caught any more
  [
    134,
    'memory that is used up',
    'NODE_OPTIONS="--max-old-space-size=64 --import ./memory.mjs" p check -f hangs.json',
    /heap out of memory/,
  ],
  [
    2,
    'an installation that is damaged',
    'cp -r $DIST broken; head -c 1000 $DIST/cli.js >broken/cli.js; node broken/portolan.cjs check',
  ],
]

it.each(CASES.map(([code, what, script, says]) => ({ code, what, script, says })))(
  '$code: $what',
  async ({ code, script, says = /^/ }) => {
    const ended = await step(
      script.replaceAll('$DIST', `'${resolve('dist')}'`).replace(/node (?=broken|part)/, `'${process.execPath}' `),
    )
    expect(ended).toEqual({ code, said: expect.stringMatching(says) })
  },
)
