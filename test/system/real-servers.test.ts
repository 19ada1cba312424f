import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, startBundle } from '../support/bundle.ts'
import { createAuthority } from '../support/certificates.ts'
import { freePort, type Program, startProgram } from '../support/program.ts'
import { type Pod, startPod } from '../support/toad.ts'
import { startWebSocketServer } from '../support/websocket.ts'

/** bind9 as cluster DNS, nginx as Ingress controller, curl as the client, the production bundle as Portolan. */
let folder = ''
let named: Program
let nginx: Program
let portolan: Bundle
let pod: Pod
let sockets: Awaited<ReturnType<typeof startWebSocketServer>>
let ports = { dns: 0, http: 0, https: 0 }
let caPem = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-system-'))
  ports = { dns: await freePort(), http: await freePort(), https: await freePort() }
  pod = await startPod('toad-1')
  sockets = await startWebSocketServer()
  const authority = await createAuthority()
  caPem = authority.caPem
  const good = await authority.issue({ altNames: ['toad.example.com', 'live.example.com'] })
  const other = await authority.issue({ altNames: ['frog.example.com'] })
  for (const [name, { cert, key }] of Object.entries({ good, other })) {
    writeFileSync(join(folder, `${name}.crt`), cert)
    writeFileSync(join(folder, `${name}.key`), key)
  }
  named = await startNamed()
  nginx = await startNginx()
  portolan = await startBundle({
    PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
    PORTOLAN_VANTAGE: 'in-cluster',
    PORTOLAN_DNS_SERVERS: `127.0.0.1:${ports.dns}`,
  })
}, 60_000)

afterAll(async () => {
  await Promise.all([portolan?.stop(), nginx?.stop(), named?.stop(), pod?.close(), sockets?.close()])
  rmSync(folder, { recursive: true, force: true })
})

function startNamed(): Promise<Program> {
  const zone = (records: string) =>
    `$TTL 5\n@ IN SOA ns.invalid. admin.invalid. 1 5 5 5 5\n@ IN NS ns.invalid.\n${records}\n`
  writeFileSync(
    join(folder, 'cluster.zone'),
    zone(
      `kubernetes.default.svc IN A 10.96.0.1\ntoad.default.svc IN A 127.0.0.1\n_http._tcp.toad.default.svc IN SRV 0 100 ${pod.port} toad.default.svc`,
    ),
  )
  writeFileSync(join(folder, 'empty.zone'), zone('toad.default.svc IN TXT "no address"'))
  writeFileSync(join(folder, 'broken.zone'), 'this is no zone\n')
  // More than a packet of UDP holds without EDNS (RFC 1035 2.3.4)
  writeFileSync(join(folder, 'large.zone'), zone(`long IN TXT ${'"and so on and so forth" '.repeat(40)}`))
  return startBind('named', ports.dns)
}

function startBind(name: string, port: number, options = ''): Promise<Program> {
  writeFileSync(
    join(folder, `${name}.conf`),
    `options {
       directory "${folder}"; pid-file none; session-keyfile none; recursion no; dnssec-validation no;
       listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; ${options}
     };
     controls {};
     zone "cluster.local" { type master; file "cluster.zone"; };
     zone "empty.example" { type master; file "empty.zone"; };
     zone "broken.example" { type master; file "broken.zone"; };
     zone "large.example" { type master; file "large.zone"; };`,
  )
  return startProgram('named', ['-g', '-c', join(folder, `${name}.conf`), '-n', '1'], /\brunning$/)
}

function startNginx(): Promise<Program> {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ')
  const tls = (name: string) => `ssl_certificate ${folder}/${name}.crt; ssl_certificate_key ${folder}/${name}.key;`
  const listen = `listen 127.0.0.1:${ports.http}; listen 127.0.0.1:${ports.https} ssl;`
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/nginx.pid; error_log stderr notice; worker_processes 1;
     events {}
     http {
       access_log off; ${paths}
       server { ${listen.replaceAll(';', ' default_server;')} server_name _; ${tls('other')} location / { return 404; } }
       server { ${listen} server_name toad.example.com; ${tls('good')} location / { proxy_pass http://127.0.0.1:${pod.port}; } }
       server { ${listen} server_name live.example.com; ${tls('good')}
         location / { proxy_pass http://127.0.0.1:${sockets.port}; proxy_http_version 1.1;
           proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; } }
       server { ${listen} server_name deaf.example.com; ${tls('good')} location / { proxy_pass http://127.0.0.1:${sockets.port}; } }
       server { ${listen} server_name dead.example.com; ${tls('good')} location / { proxy_pass http://127.0.0.1:1; } }
     }`,
  )
  return startProgram('nginx', ['-c', join(folder, 'nginx.conf'), '-e', 'stderr'], /start worker process /)
}

const service = () => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'toad', namespace: 'default' },
  spec: {
    clusterIP: '127.0.0.1',
    clusterIPs: ['127.0.0.1'],
    ipFamilies: ['IPv4'],
    selector: { app: 'toad' },
    ports: [{ name: 'http', port: pod.port, targetPort: pod.port }],
  },
})

const ingress = (host: string, tls: boolean) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'toad', namespace: 'default' },
  spec: {
    ...(tls && { tls: [{ hosts: [host], secretName: 'toad' }] }),
    rules: [
      {
        host,
        http: {
          paths: [
            { path: '/', pathType: 'Prefix', backend: { service: { name: 'toad', port: { number: pod.port } } } },
          ],
        },
      },
    ],
  },
})

const request = (objects: readonly unknown[], more: Record<string, unknown> = {}) => ({
  target: { manifests: objects },
  addresses: { ingressController: ['127.0.0.1'], controllerPorts: { http: ports.http, https: ports.https } },
  timeoutMs: 3000,
  ...more,
})

/** Runs what the README tells CI to run. */
function curl(query: string, body: unknown): Promise<{ code: number; text: string }> {
  const args = ['--silent', '--fail-with-body', '--data-binary', '@-', '-H', 'content-type: application/json']
  return new Promise((resolve, reject) => {
    const child = execFile('curl', [...args, `${portolan.url}/v1/jobs?${query}`], (error, stdout) => {
      if (error !== null && typeof error.code !== 'number') {
        reject(error)
      } else {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout })
      }
    })
    child.stdin?.end(JSON.stringify(body))
  })
}

type JobPath = {
  kind: string
  host: string | null
  port: unknown
  url: string | null
  outcome: string
  results: { purpose: string; failure: { code: string } | null; dns: Dns | null }[]
}

type Dns = { transport: string; rcode: string; truncated?: true; resent?: number; answers: string[] }

/** Failure codes, or `pass`, of the tries on the chosen paths. */
async function outcomesOf(body: unknown, chosen: (path: JobPath) => boolean): Promise<string[]> {
  const { text } = await curl('wait=30', body)
  const job: { paths: JobPath[] } = JSON.parse(text)
  return job.paths
    .filter(chosen)
    .flatMap(({ results, outcome }) =>
      results.filter(({ purpose }) => purpose === 'check').map(({ failure }) => failure?.code ?? outcome),
    )
}

const isIngress = ({ kind }: JobPath) => kind === 'Ingress'

describe('against bind9 and nginx', () => {
  it('passes on every path, and curl succeeds', async () => {
    const { code, text } = await curl(
      'wait=30&failStatus=424&format=text',
      request([service(), ingress('toad.example.com', false)]),
    )
    expect({ code, verdict: text.split(/\s/)[0] }, text).toEqual({ code: 0, verdict: 'PASS' })
  })

  it('fails the build with a readable reason when the Ingress answers 502', async () => {
    const { code, text } = await curl(
      'wait=30&failStatus=424&format=text',
      request([service(), ingress('dead.example.com', false)]),
    )
    expect({ code, verdict: text.split(/\s/)[0] }, text).toEqual({ code: 22, verdict: 'FAIL' })
    expect(text).toContain('502')
  })

  it.each([
    ['a host that the controller routes', 'toad.example.com', 'pass'],
    ['a host that it does not know (its own 404)', 'toad.example.org', 'unexpected_status'],
    ['a backend that is down (502)', 'dead.example.com', 'unexpected_status'],
  ])('tells %s', async (_what, host, outcome) => {
    expect(await outcomesOf(request([service(), ingress(host, false)]), isIngress)).toEqual([outcome])
  })

  it('sends the name of the rule as SNI and verifies the certificate against it', async () => {
    const https = (host: string) =>
      request([service(), ingress(host, true)], {
        checks: [{ name: 'home', type: 'http', tls: { caPem } }],
        paths: { include: ['Ingress'] },
      })
    const isHttps = ({ url }: JobPath) => url?.startsWith('https:') ?? false
    expect(await outcomesOf(https('toad.example.com'), isHttps)).toEqual(['pass'])
    expect(await outcomesOf(https('unknown.example.com'), isHttps)).toEqual(['certificate_name_mismatch'])
  })

  it.each([
    ['a record', 'cluster.local', 'pass'],
    ['NXDOMAIN', 'other.cluster.local', 'dns_not_found'],
    ['a name without an address', 'empty.example', 'dns_no_data'],
    ['SERVFAIL', 'broken.example', 'dns_server_failure'],
    ['REFUSED', 'elsewhere.example', 'dns_refused'],
  ])('reads %s of bind9', async (_what, clusterDomain, outcome) => {
    const asked = request([service()], { checks: [{ name: 'name', type: 'dns' }] })
    const body = { ...asked, addresses: { ...asked.addresses, clusterDomain } }
    const isName = ({ host, port }: JobPath) => host === `toad.default.svc.${clusterDomain}` && port === null
    expect(await outcomesOf(body, isName)).toEqual([outcome])
  })

  it.each([
    ['hands the upgrade on', 'live.example.com', false, 'pass'],
    ['hands it on within TLS', 'live.example.com', true, 'pass'],
    ['drops it', 'deaf.example.com', false, 'websocket_not_upgraded'],
    ['has no backend', 'dead.example.com', false, 'unexpected_status'],
  ])('asks for WebSocket through nginx that %s', async (_what, host, isHttps, outcome) => {
    const check = { name: 'live', type: 'http', upgrade: 'websocket', tls: { caPem } }
    const isAsked = (path: JobPath) => isIngress(path) && (path.url?.startsWith('https:') ?? false) === isHttps
    const body = request([service(), ingress(host, isHttps)], { checks: [check], paths: { include: ['Ingress'] } })
    expect(await outcomesOf(body, isAsked)).toEqual([outcome])
  })
})

/** bind9 itself as a Service: the DNS of the cluster, unless another name is given. */
const bind = (port: number, meta = { name: 'kube-dns', namespace: 'kube-system' }) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta,
  spec: {
    ...{ clusterIP: '127.0.0.1', clusterIPs: ['127.0.0.1'] },
    ports: [
      { name: 'dns', port, protocol: 'UDP' },
      { name: 'dns-tcp', port, protocol: 'TCP' },
    ],
  },
})

/** What bind9 answered to the tries on its cluster IP, and the code of what failed. */
async function answersOf(object: unknown, more: Record<string, unknown> = {}) {
  const body = { target: { manifests: [object] }, timeoutMs: 5000, paths: { include: ['ClusterIP'] }, ...more }
  const { text } = await curl('wait=60', body)
  const { paths }: { paths: JobPath[] } = JSON.parse(text)
  return paths
    .filter(({ kind }) => kind === 'ClusterIP')
    .flatMap(({ results }) => results.map(({ dns, failure }) => ({ ...dns, code: failure?.code ?? null })))
}

describe('a DNS server that is bind9', () => {
  it('is the DNS of the cluster, and knows the API server over UDP and over TCP', async () => {
    expect(await answersOf(bind(ports.dns))).toMatchObject([
      { transport: 'udp', rcode: 'NOERROR', answers: ['10.96.0.1'], code: null },
      { transport: 'tcp', rcode: 'NOERROR', answers: ['10.96.0.1'], code: null },
    ])
    expect(await answersOf(bind(ports.dns), { addresses: { clusterDomain: 'empty.example' } })).toMatchObject([
      { rcode: 'NXDOMAIN', code: 'unexpected_rcode' },
      { rcode: 'NXDOMAIN', code: 'unexpected_rcode' },
    ])
  })

  it('passes as any other server by what it refuses', async () => {
    expect(await answersOf(bind(ports.dns, { name: 'toad-dns', namespace: 'default' }))).toMatchObject([
      { transport: 'udp', rcode: 'REFUSED', code: null },
      { transport: 'tcp', rcode: 'REFUSED', code: null },
    ])
  })

  it('truncates over UDP, which passes, and answers whole over TCP', async () => {
    const check = { name: 'long', type: 'dnsQuery', queryName: 'long.large.example', queryType: 'TXT', expect: {} }
    const [udp, tcp] = await answersOf(bind(ports.dns), { checks: [check] })
    expect(udp).toMatchObject({ transport: 'udp', rcode: 'NOERROR', truncated: true, code: null })
    expect(tcp).toMatchObject({ transport: 'tcp', rcode: 'NOERROR', code: null })
    expect(tcp).not.toHaveProperty('truncated')
    expect(tcp?.answers).toHaveLength(1)
  })

  it('drops answers beyond its rate, so that queries are sent anew', async () => {
    const check = { name: 'q', type: 'dnsQuery', queryName: 'toad.default.svc.cluster.local', transportProtocol: 'udp' }
    const port = await freePort()
    const dropping = await startBind('dropping', port, 'rate-limit { responses-per-second 1; window 1; slip 0; };')
    const seen = await answersOf(bind(port), { checks: [check], samples: 2 })
    await dropping.stop()
    const udp = seen.filter(({ transport }) => transport === 'udp')
    expect(udp.map(({ code, rcode }) => [code, rcode])).toEqual(udp.map(() => [null, 'NOERROR']))
    expect(udp).toHaveLength(2)
    expect(udp.some(({ resent = 0 }) => resent > 0)).toBe(true)
  })
})
