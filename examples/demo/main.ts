/**
 * `npm run demo`: a Service of three pods on loopback addresses, with one path broken on purpose, and Portolan asked
 * which of its paths work. No cluster, no root.
 *
 * @module
 */
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseManifests } from '../../src/kube/parse.ts'
import { ConfigError } from '../../src/runtime/config.ts'
import { readConfig } from '../../src/runtime/node/config.ts'
import { FlagError, readFlags } from '../../src/runtime/node/flags.ts'
import { startPortolan } from '../../src/runtime/node/server.ts'
import { StartError } from '../../src/runtime/node/start-error.ts'
import { VERSION } from '../../src/runtime/version.ts'
import { issueCertificate } from './certificate.ts'
import { DemoError } from './listen.ts'
import { startWorldThread } from './world-thread.ts'

const HELP = `Usage: npm run demo [-- OPTIONS]

Starts a Service (three pods, two nodes, a load balancer, an Ingress controller, a DNS server) on loopback
addresses, starts Portolan, and asks it which paths to the Service work. Exits 0, although the report says
FAIL: one path is broken on purpose. No cluster, no root; nothing leaves this machine.

  --all-pass     break nothing
  --keep         leave everything running until Ctrl-C, to ask yourself with curl
  --port N       where the API listens (default: a free port)
  -h, --help     this text
  -v, --version  the version

  npm run demo -- --keep --port 8080    and open http://127.0.0.1:8080/docs

Exit codes: 0 it went as it should; 1 something on this machine is in the way; 2 the options are wrong.
`

const ROOT = join(import.meta.dirname, '..', '..')
const MANIFESTS = join(import.meta.dirname, 'toad.yaml')
/** The file holds what `kubectl exec toad-xueq1 -- env` would print. */
const ENVIRONMENT = join(import.meta.dirname, 'toad.env')
/** The request is written here as it is posted, for people to look at and for curl to post again. */
const REQUEST = join(ROOT, 'data', 'demo', 'job.json')

const DNS = { address: '127.96.0.10', port: 9053 }
const CLUSTER_DOMAIN = 'cluster.local'
const CONTROLLER_PORTS = { http: 9081, https: 9443 }
const BROKEN_NODE = 'node-2'

type Options = { allPass: boolean; keep: boolean; port: string }

async function run({ allPass, keep, port }: Options): Promise<void> {
  const manifests = readFileSync(MANIFESTS, 'utf8')
  const { objects } = parseManifests(manifests, { pointer: '' })
  const hosts = objects.ingresses.flatMap(({ tls }) => tls.flatMap((entry) => entry.hosts))
  const certificate = await issueCertificate(hosts)
  const folder = mkdtempSync(join(tmpdir(), 'portolan-demo-'))
  const world = await startWorldThread(manifests, {
    dns: DNS,
    clusterDomain: CLUSTER_DOMAIN,
    controllerPorts: CONTROLLER_PORTS,
    certificate,
    brokenNodes: allPass ? [] : [BROKEN_NODE],
  })
  try {
    const portolan = await startPortolan(
      readConfig({
        PORTOLAN_PORT: port,
        PORTOLAN_DATABASE: join(folder, 'portolan.db'),
        // Loopback is never dialled otherwise: it is Portolan's own host.
        PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
        PORTOLAN_LOG_LEVEL: 'warn',
      }),
    )
    try {
      await ask(portolan.url, requestFor(manifests, certificate.ca), allPass)
      if (keep) {
        await untilInterrupted(portolan.url)
      }
    } finally {
      await portolan.close()
    }
  } finally {
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Without the demonstration's own ports and names, this is what a job looks like for any Service. */
function requestFor(manifests: string, caPem: string): Readonly<Record<string, unknown>> {
  return {
    target: { manifests },
    vantage: 'in-cluster',
    addresses: {
      dnsServers: [`${DNS.address}:${DNS.port}`],
      clusterDomain: CLUSTER_DOMAIN,
      controllerPorts: CONTROLLER_PORTS,
      environment: readFileSync(ENVIRONMENT, 'utf8'),
    },
    checks: [
      {
        name: 'hello',
        type: 'http',
        expect: { failIfBodyNotMatchesRegexp: ["^You've hit toad-"] },
        responder: { header: 'x-pod-name' },
        tls: { caPem },
      },
    ],
  }
}

const curl = (url: string, query: string): string =>
  `curl -H 'content-type: application/json' --data-binary @${relative(process.cwd(), REQUEST)} "${url}/v1/jobs?wait=30${query}"`

async function ask(url: string, request: Readonly<Record<string, unknown>>, allPass: boolean): Promise<void> {
  const body = `${JSON.stringify(request, null, 2)}\n`
  mkdirSync(join(REQUEST, '..'), { recursive: true })
  writeFileSync(REQUEST, body)
  // The times are to tell of the network, not of a process that has just started: a job that leaves no trace comes first.
  await post(url, 'wait=30', JSON.stringify({ ...request, history: false }))
  const response = await post(url, 'wait=30&format=text', body)
  const report = await response.text()
  if (response.status !== 200) {
    throw new DemoError(`The API answered ${response.status}:\n${report}`)
  }
  print(report)
  print('Asked with:')
  print(`  ${curl(url, '&format=text')}`)
  const expected = allPass ? 'PASS' : 'FAIL'
  if (!report.startsWith(expected)) {
    throw new DemoError(`${expected} was expected: something on this machine is in the way`)
  }
  if (!allPass) {
    print(`\nFAIL on purpose: nothing listens on the node port of ${BROKEN_NODE}, as if kube-proxy did not run there.`)
    print('  npm run demo -- --all-pass   the same with nothing broken')
    print('  npm run demo -- --keep       leaves it running, to ask yourself')
  }
}

const post = (url: string, query: string, body: string): Promise<Response> =>
  fetch(`${url}/v1/jobs?${query}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })

async function untilInterrupted(url: string): Promise<void> {
  print('\nRunning until Ctrl-C. Ask again, in another terminal:')
  print(`  ${curl(url, '&format=markdown')}`)
  print(`  ${curl(url, '&format=junit')}`)
  print(`  curl "${url}/v1/jobs"          all jobs so far`)
  print(`  ${url}/docs             the API, to read in a browser`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), readerGone])
}

/** As with `| head`: what is printed after that is lost, and there is nobody to stay for. */
const readerGone = new Promise<void>((resolve) => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error
    }
    resolve()
  })
})

const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

try {
  const flags = readFlags(
    {
      ...{ 'all-pass': { type: 'boolean' }, keep: { type: 'boolean' }, port: { type: 'string' } },
      ...{ help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    },
    process.argv.slice(2),
    'npm run demo -- --help',
  )
  const { port = '0' } = flags
  if (flags.help) {
    process.stdout.write(HELP)
  } else if (flags.version) {
    print(VERSION)
  } else {
    await run({ allPass: flags['all-pass'] === true, keep: flags.keep === true, port: String(port) })
  }
} catch (cause) {
  const misused = cause instanceof FlagError || cause instanceof ConfigError
  if (!(misused || cause instanceof DemoError || cause instanceof StartError)) {
    throw cause
  }
  process.stderr.write(`${cause.message.replace(/^PORTOLAN_PORT:/, '--port:')}\n`)
  process.exitCode = misused ? 2 : 1
}
