import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, startBundle } from '../support/bundle.ts'
import { createAuthority } from '../support/certificates.ts'
import { freePort, type Program, startProgram } from '../support/program.ts'
import { type Pod, startPod } from '../support/toad.ts'

/** bind9 as cluster DNS, nginx as Ingress controller, curl as the client, the production bundle as Portolan. */
let folder = ''
let named: Program
let nginx: Program
let portolan: Bundle
let pod: Pod
let ports = { dns: 0, http: 0, https: 0 }
let caPem = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-system-'))
  ports = { dns: await freePort(), http: await freePort(), https: await freePort() }
  pod = await startPod('toad-1')
  const authority = await createAuthority()
  caPem = authority.caPem
  const good = await authority.issue({ altNames: ['toad.example.com'] })
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
  await Promise.all([portolan?.stop(), nginx?.stop(), named?.stop(), pod?.close()])
  rmSync(folder, { recursive: true, force: true })
})

function startNamed(): Promise<Program> {
  const zone = (records: string) =>
    `$TTL 5\n@ IN SOA ns.invalid. admin.invalid. 1 5 5 5 5\n@ IN NS ns.invalid.\n${records}\n`
  writeFileSync(
    join(folder, 'cluster.zone'),
    zone(`toad.default.svc IN A 127.0.0.1\n_http._tcp.toad.default.svc IN SRV 0 100 ${pod.port} toad.default.svc`),
  )
  writeFileSync(join(folder, 'empty.zone'), zone('toad.default.svc IN TXT "no address"'))
  writeFileSync(join(folder, 'broken.zone'), 'this is no zone\n')
  writeFileSync(
    join(folder, 'named.conf'),
    `options {
       directory "${folder}"; pid-file none; session-keyfile none; recursion no; dnssec-validation no;
       listen-on port ${ports.dns} { 127.0.0.1; }; listen-on-v6 { none; };
     };
     controls {};
     zone "cluster.local" { type master; file "cluster.zone"; };
     zone "empty.example" { type master; file "empty.zone"; };
     zone "broken.example" { type master; file "broken.zone"; };`,
  )
  return startProgram('named', ['-g', '-c', join(folder, 'named.conf'), '-n', '1'], /\brunning$/)
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
  results: { purpose: string; failure: { code: string } | null }[]
}

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
})
