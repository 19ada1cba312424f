import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CompareDocument } from '../../src/report/compare/document.ts'
import { type Bundle, startBundle } from '../support/bundle.ts'
import { createAuthority } from '../support/certificates.ts'
import { differencesOf, HOST, ingress, service } from '../support/compare.ts'
import { freePort, type Program, startProgram } from '../support/program.ts'
import { read } from '../support/read.ts'

/** Two nginx, each of which routes one host, as two Ingress controllers would; the production bundle as Portolan. */
let folder = ''
let portolan: Bundle
const programs: Program[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-compare-'))
  const authority = await createAuthority()
  for (const name of ['old', 'new']) {
    const { cert, key } = await authority.issue({ subject: `CN=${name}`, altNames: [HOST] })
    writeFileSync(join(folder, `${name}.crt`), cert)
    writeFileSync(join(folder, `${name}.key`), key)
  }
  portolan = await startBundle({ PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8', PORTOLAN_VANTAGE: 'in-cluster' })
}, 60_000)

afterAll(async () => {
  await Promise.all([portolan?.stop(), ...programs.map((program) => program.stop())])
  rmSync(folder, { recursive: true, force: true })
})

type Router = { ingressController: string[]; controllerPorts: { http: number; https: number } }

/** @param locations of the host's server; any other host gets the 404 of nginx. */
async function startRouter(certificate: string, locations: string): Promise<Router> {
  const ports = { http: await freePort(), https: await freePort() }
  const own = mkdtempSync(join(folder, 'nginx-'))
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${own}/${name};`)
    .join(' ')
  const tls = `ssl_certificate ${folder}/${certificate}.crt; ssl_certificate_key ${folder}/${certificate}.key;`
  const listen = (more = '') => `listen 127.0.0.1:${ports.http}${more}; listen 127.0.0.1:${ports.https} ssl${more};`
  writeFileSync(
    join(own, 'nginx.conf'),
    `daemon off; pid ${own}/nginx.pid; error_log stderr notice; worker_processes 2;
     events {}
     http {
       access_log off; ${paths} default_type text/html;
       server { ${listen(' default_server')} server_name _; ${tls} location / { return 404; } }
       server { ${listen()} server_name ${HOST}; ${tls} ${locations} }
     }`,
  )
  programs.push(await startProgram('nginx', ['-c', join(own, 'nginx.conf'), '-e', 'stderr'], /start worker process /))
  return { ingressController: ['127.0.0.1'], controllerPorts: ports }
}

const compare = (left: Router, right: Router, paths: { old: readonly string[]; new: readonly string[] }) =>
  read<CompareDocument>(
    fetch(`${portolan.url}/v1/compare?wait=60`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        target: {
          manifests: [service, ingress('old', paths.old, { tls: true }), ingress('new', paths.new, { tls: true })],
        },
        left: { kind: 'Ingress', name: 'old', addresses: left },
        right: { kind: 'Ingress', name: 'new', addresses: right },
      }),
    }),
  )

const briefly = (document: CompareDocument) =>
  differencesOf(document).map(({ request, field, left, right }) => [request, field, left, right])

describe('a comparison of nginx with nginx', () => {
  it('finds a dropped header, another redirect status, another certificate and a path that only one side routes', async () => {
    const page = (more: string) => `location = / { ${more} return 200 "<h1>shop</h1>"; }`
    const cart = 'location = /cart { return 200 "cart"; }'
    const none = 'location / { return 404; }'
    const left = await startRouter(
      'old',
      `${page('add_header X-Frame-Options DENY;')} ${cart} ${none} location = /go { return 308 /cart; }`,
    )
    const right = await startRouter('new', `${page('')} ${none} location = /go { return 301 /cart; }`)
    const document = await compare(left, right, { old: ['/', '/cart', '/go'], new: ['/', '/go'] })
    expect(document.verdict).toBe('fail')
    const differences = briefly(document).toSorted()
    expect(differences.filter(([request]) => request?.startsWith('http '))).toEqual([
      ['http /', 'header x-frame-options', 'DENY', null],
      ['http /cart', 'status', '200', "404, the router's own answer"],
      ['http /go', 'status', '308', '301'],
    ])
    expect(differences.filter(([request]) => request === 'https /go')).toEqual([
      ['https /go', 'certificate subject', 'CN=old', 'CN=new'],
      ['https /go', 'status', '308', '301'],
    ])
  }, 60_000)

  it('finds nothing on an equal pair whose bodies and cookies differ from answer to answer, in 200 requests', async () => {
    const paths = Array.from({ length: 100 }, (_, at) => `/item-${at}`)
    const noise =
      'add_header Set-Cookie "sid=$request_id; Path=/; HttpOnly"; add_header X-Request-Id $request_id; ' +
      'add_header X-Worker $pid; add_header X-Connection $connection; add_header ETag "$msec"; ' +
      `add_header Content-Security-Policy "script-src 'nonce-$request_id'"; ` +
      'return 200 "<title>$uri</title><p>visitor $connection at $time_iso8601 by $pid, $request_id, $msec</p>"; '
    const location = `location / { ${noise} }`
    const [left, right] = [await startRouter('old', location), await startRouter('old', location)]
    const document = await compare(left, right, { old: paths, new: paths })
    expect(differencesOf(document)).toEqual([])
    expect([document.verdict, document.summary]).toEqual([
      'pass',
      { alike: 200, different: 0, error: 0, unasked: 0, notSent: 0 },
    ])
  }, 60_000)
})
