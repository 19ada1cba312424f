/**
 * Tells which listeners each Ingress controller opens for a rule; manifests are as public repositories have them, with
 * neutral names. Rows 03, 14 and 15 of the trials are samples of these.
 */
import { describe, expect, it } from 'vitest'
import { INGRESS_CONTROLLERS } from '../../src/plan/controllers/table.ts'
import type { Position } from '../../src/plan/path.ts'
import { httpCheck } from '../support/checks.ts'
import { ingress, ingressClass, loadBalancerStatus, service } from '../support/manifests.ts'
import { doubtsOf, linesOf, pathOf } from '../support/plan-lines.ts'
import { checkText, planOf } from '../support/plan-text.ts'

type Row = {
  class?: string | null
  annotations?: Record<string, string>
  spec?: Record<string, unknown>
  path?: string
  pathType?: string
  status?: Record<string, unknown>
  beside?: unknown[]
  vantage?: Position
  lines: string[]
}

const AT = 'at 203.0.113.80'
const HTTP = `http://toad.example.com/ ${AT}:80`
const HTTPS = `https://toad.example.com/ ${AT}:443`
const HTTP_UNKNOWN = `${HTTP} unknown`
const covered = { tls: [{ hosts: ['toad.example.com'], secretName: 'toad-tls' }] }
const arn = 'arn:aws:acm:eu-west-1:000000000000:certificate/00000000-0000-0000-0000-000000000000'

const planFor = (row: Row) =>
  planOf(
    [
      service({ type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] }),
      ingress(
        [{ path: row.path ?? '/', pathType: row.pathType ?? 'Prefix' }],
        { ingressClassName: row.class === undefined ? null : row.class, ...row.spec },
        { annotations: row.annotations ?? {} },
        row.status ?? loadBalancerStatus({ ip: '203.0.113.80' }),
      ),
      ...(row.beside ?? []),
    ],
    { target: { service: 'toad' }, ...(row.vantage === undefined ? {} : { vantage: row.vantage }) },
  )

const albOf = (annotations: Record<string, string>) =>
  Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`alb.ingress.kubernetes.io/${name}`, value]))
const nginxOf = (annotations: Record<string, string>) =>
  Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]))
const agicOf = (annotations: Record<string, string>) =>
  Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`appgw.ingress.kubernetes.io/${name}`, value]))
const routerOf = (annotations: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [`traefik.ingress.kubernetes.io/router.${name}`, value]),
  )

const ROWS: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  'AWS Load Balancer Controller': {
    'nothing said': { class: 'alb', annotations: albOf({ 'target-type': 'ip' }), lines: [HTTP] },
    'a certificate alone: HTTPS on 443, and no plain HTTP (row 03)': {
      class: 'alb',
      annotations: albOf({ scheme: 'internet-facing', 'certificate-arn': arn }),
      lines: [HTTPS],
    },
    'both listeners and a redirect': {
      class: 'alb',
      annotations: albOf({
        'listen-ports': '[{"HTTP": 80}, {"HTTPS":443}]',
        'certificate-arn': arn,
        'ssl-redirect': '443',
      }),
      lines: [HTTPS, HTTP],
    },
    'ports of its own, two of one scheme': {
      annotations: {
        'kubernetes.io/ingress.class': 'alb',
        ...albOf({ 'listen-ports': '[{"HTTP": 8080}, {"HTTPS": 8443}, {"HTTPS": 443}]', 'certificate-arn': arn }),
      },
      lines: [HTTPS, `https://toad.example.com:8443/ ${AT}:8443`, `http://toad.example.com:8080/ ${AT}:8080`],
    },
    'both ports in one object, known by its annotations alone': {
      annotations: albOf({ 'listen-ports': '[{"HTTP": 80, "HTTPS": 443}]' }),
      lines: [HTTPS, HTTP],
    },
    'HTTPS alone, its certificate found by the host': {
      class: 'aws-alb',
      beside: [ingressClass('aws-alb', 'ingress.k8s.aws/alb')],
      annotations: albOf({ 'listen-ports': '[{"HTTPS":443}]', 'group.name': 'shared' }),
      lines: [HTTPS],
    },
    'spec.tls opens no listener': {
      class: 'alb',
      spec: covered,
      lines: [`${HTTPS} unknown`, HTTP],
    },
    'listen-ports that nobody can read: both, unsure': {
      class: 'alb',
      annotations: albOf({ 'listen-ports': 'HTTP:80,HTTPS:443' }),
      lines: [`${HTTPS} unknown`, HTTP_UNKNOWN],
    },
    'conditions that a plain request may not meet': {
      class: 'alb',
      annotations: albOf({
        'conditions.toad': '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"x-toad","values":["1"]}}]',
      }),
      lines: [HTTP_UNKNOWN],
    },
    'source ranges': {
      class: 'alb',
      annotations: albOf({ 'inbound-cidrs': '198.51.100.0/24' }),
      lines: [HTTP_UNKNOWN],
    },
    'internal, from outside': {
      class: 'alb',
      vantage: 'outside',
      annotations: albOf({ scheme: 'internal' }),
      lines: [HTTP_UNKNOWN],
    },
    'internal by the name that it got, from outside': {
      class: 'alb',
      vantage: 'outside',
      status: loadBalancerStatus({ hostname: 'internal-k8s-toad-1.eu-west-1.elb.amazonaws.com' }),
      lines: ['http://toad.example.com/ at internal-k8s-toad-1.eu-west-1.elb.amazonaws.com:80 unknown'],
    },
    'internet-facing, from outside': {
      class: 'alb',
      vantage: 'outside',
      annotations: albOf({ scheme: 'internet-facing' }),
      lines: [HTTP],
    },
  },
  'GKE Ingress (ingress-gce)': {
    'a pre-shared certificate: both': {
      annotations: {
        'kubernetes.io/ingress.class': 'gce',
        'ingress.gcp.kubernetes.io/pre-shared-cert': 'toad-cert',
        'kubernetes.io/ingress.global-static-ip-name': 'toad-ip',
      },
      lines: [HTTPS, HTTP],
    },
    'a managed certificate and no plain HTTP, without a class': {
      annotations: {
        'networking.gke.io/managed-certificates': 'toad-cert',
        'kubernetes.io/ingress.allow-http': 'false',
      },
      lines: [HTTPS],
    },
    'a secret and no plain HTTP': {
      annotations: { 'kubernetes.io/ingress.class': 'gce', 'kubernetes.io/ingress.allow-http': 'false' },
      spec: covered,
      lines: [HTTPS],
    },
    'a static address alone': {
      annotations: { 'kubernetes.io/ingress.global-static-ip-name': 'toad-ip' },
      lines: [HTTP],
    },
    'a redirect by a FrontendConfig: plain HTTP answers': {
      annotations: {
        'networking.gke.io/managed-certificates': 'a, b',
        'networking.gke.io/v1beta1.FrontendConfig': 'redirect',
      },
      lines: [HTTPS, HTTP],
    },
    'internal, from outside': {
      annotations: {
        'kubernetes.io/ingress.class': 'gce-internal',
        'kubernetes.io/ingress.regional-static-ip-name': 'toad-ip',
      },
      vantage: 'outside',
      status: loadBalancerStatus({ ip: '10.128.0.80' }),
      lines: ['http://toad.example.com/ at 10.128.0.80:80 unknown'],
    },
    'internal, from inside': {
      annotations: { 'kubernetes.io/ingress.class': 'gce-internal' },
      status: loadBalancerStatus({ ip: '10.128.0.80' }),
      lines: ['http://toad.example.com/ at 10.128.0.80:80'],
    },
  },
  'Azure Application Gateway (AGIC)': {
    'nothing said': { annotations: { 'kubernetes.io/ingress.class': 'azure/application-gateway' }, lines: [HTTP] },
    'spec.tls: HTTPS alone': { class: 'azure-application-gateway', spec: covered, lines: [HTTPS] },
    'a certificate of the gateway and a redirect': {
      annotations: agicOf({ 'appgw-ssl-certificate': 'toad', 'ssl-redirect': 'true' }),
      lines: [HTTPS, HTTP],
    },
    'a certificate of the gateway': {
      class: 'agic',
      beside: [ingressClass('agic', 'azure/application-gateway')],
      annotations: agicOf({ 'appgw-ssl-certificate': 'toad' }),
      lines: [HTTPS],
    },
    'a port of its own': {
      annotations: agicOf({ 'override-frontend-port': '8080', 'backend-protocol': 'https' }),
      lines: [`http://toad.example.com:8080/ ${AT}:8080`],
    },
    'a private address, from outside': {
      annotations: agicOf({ 'use-private-ip': 'true' }),
      vantage: 'outside',
      lines: [HTTP_UNKNOWN],
    },
    'more hosts': {
      annotations: agicOf({ 'hostname-extension': 'www.toad.example.com' }),
      lines: [HTTP, `http://www.toad.example.com/ ${AT}:80`],
    },
  },
  Traefik: {
    'nothing said': { class: 'traefik', lines: [HTTP] },
    'websecure with TLS (row 15)': {
      class: 'traefik',
      annotations: routerOf({ entrypoints: 'websecure', tls: 'true' }),
      lines: [HTTPS],
    },
    'websecure, TLS by its entry point': { annotations: routerOf({ entrypoints: 'websecure' }), lines: [HTTPS] },
    'web alone': { annotations: routerOf({ entrypoints: 'web' }), lines: [HTTP] },
    'both entry points, a router with TLS': {
      annotations: routerOf({ entrypoints: 'web, websecure', tls: 'true' }),
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'TLS by a certificate resolver, all entry points': {
      class: 'traefik',
      annotations: routerOf({ 'tls.certresolver': 'letsencrypt' }),
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'both entry points and spec.tls': {
      annotations: routerOf({ entrypoints: 'web,websecure' }),
      spec: covered,
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'an entry point of its own name: unsure': {
      class: 'traefik-internal',
      annotations: routerOf({ entrypoints: 'intranet' }),
      lines: [`${HTTPS} unknown`, HTTP_UNKNOWN],
    },
    'version 1: entry points and a redirect': {
      annotations: {
        'kubernetes.io/ingress.class': 'traefik',
        'traefik.ingress.kubernetes.io/redirect-entry-point': 'https',
      },
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'version 1: https alone': {
      annotations: { 'traefik.ingress.kubernetes.io/frontend-entry-points': 'https' },
      lines: [HTTPS],
    },
  },
  'HAProxy Kubernetes Ingress Controller': {
    'nothing said': { class: 'haproxy', annotations: { 'haproxy.org/check': 'true' }, lines: [HTTP] },
    'a redirect without spec.tls': {
      class: 'haproxy',
      annotations: { 'haproxy.org/ssl-redirect': 'true' },
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'spec.tls, no redirect': {
      annotations: { 'haproxy.org/ssl-redirect': 'false' },
      spec: covered,
      lines: [HTTPS, HTTP],
    },
    'spec.tls': { class: 'haproxy', spec: covered, lines: [HTTPS, HTTP_UNKNOWN] },
    passthrough: {
      annotations: { 'kubernetes.io/ingress.class': 'haproxy', 'haproxy.org/ssl-passthrough': 'true' },
      lines: [HTTPS, HTTP_UNKNOWN],
    },
  },
  'HAProxy Ingress (jcmoraisj)': {
    'spec.tls, no redirect': {
      class: 'haproxy',
      annotations: { 'haproxy-ingress.github.io/ssl-redirect': 'false' },
      spec: covered,
      lines: [HTTPS, HTTP],
    },
    'HTTPS always': {
      annotations: { 'haproxy-ingress.github.io/ssl-always-add-https': 'true' },
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    passthrough: {
      class: 'haproxy',
      beside: [ingressClass('haproxy', 'haproxy-ingress.github.io/controller')],
      annotations: { 'ingress.kubernetes.io/ssl-passthrough': 'true' },
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'gRPC behind it': {
      annotations: { 'haproxy-ingress.github.io/backend-protocol': 'grpc' },
      lines: [HTTP_UNKNOWN],
    },
    'more hosts': {
      annotations: { 'haproxy-ingress.github.io/server-alias': 'www.toad.example.com' },
      lines: [HTTP, `http://www.toad.example.com/ ${AT}:80`],
    },
  },
  Contour: {
    'spec.tls': { class: 'contour', spec: covered, lines: [HTTPS, HTTP_UNKNOWN] },
    'no plain HTTP': {
      class: 'contour',
      annotations: { 'kubernetes.io/ingress.allow-http': 'false' },
      spec: covered,
      lines: [HTTPS],
    },
    'a redirect, by its own class': {
      annotations: { 'projectcontour.io/ingress.class': 'contour', 'ingress.kubernetes.io/force-ssl-redirect': 'true' },
      spec: covered,
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'TLS of another Ingress for the host': {
      class: 'contour',
      beside: [
        ingress([{ path: '/other', to: 'frog' }], { ingressClassName: 'contour', ...covered }, { name: 'frog' }),
      ],
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'nothing said': { annotations: { 'projectcontour.io/response-timeout': '5s' }, lines: [HTTP] },
  },
  Kong: {
    'https alone': { class: 'kong', annotations: { 'konghq.com/protocols': 'https' }, spec: covered, lines: [HTTPS] },
    'https, and a redirect from http': {
      class: 'kong',
      annotations: { 'konghq.com/protocols': 'https', 'konghq.com/https-redirect-status-code': '308' },
      spec: covered,
      lines: [HTTPS, HTTP],
    },
    'http alone': { annotations: { 'konghq.com/protocols': 'http' }, lines: [HTTP] },
    'both, without a certificate': {
      annotations: { 'kubernetes.io/ingress.class': 'kong', 'konghq.com/protocols': 'http,https' },
      lines: [`${HTTPS} unknown`, HTTP],
    },
    gRPC: { annotations: { 'konghq.com/protocols': 'grpc,grpcs' }, lines: [`${HTTPS} unknown`, HTTP_UNKNOWN] },
    'nothing said': { class: 'kong', annotations: { 'konghq.com/strip-path': 'true' }, lines: [HTTP] },
  },
  'ingress-nginx': {
    'nothing said': { class: 'nginx', lines: [HTTP] },
    'a redirect without spec.tls: TLS ends before it': {
      class: 'nginx',
      annotations: nginxOf({ 'force-ssl-redirect': 'true' }),
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'no redirect': {
      annotations: nginxOf({ 'ssl-redirect': 'false' }),
      spec: covered,
      lines: [HTTPS, HTTP],
    },
    passthrough: {
      class: 'nginx-public',
      annotations: nginxOf({ 'ssl-passthrough': 'true', 'backend-protocol': 'HTTPS' }),
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'more hosts, one of them a pattern': {
      class: 'nginx',
      annotations: nginxOf({ 'server-alias': 'www.toad.example.com, ~^toad\\d+$' }),
      lines: [HTTP, `http://www.toad.example.com/ ${AT}:80`],
    },
    'gRPC behind it': {
      class: 'nginx',
      annotations: nginxOf({ 'backend-protocol': 'GRPC' }),
      spec: covered,
      lines: [`${HTTPS} unknown`, HTTP_UNKNOWN],
    },
    'client certificates': {
      class: 'nginx',
      annotations: nginxOf({ 'auth-tls-secret': 'pond/ca', 'auth-tls-verify-client': 'on' }),
      spec: covered,
      lines: [`${HTTPS} unknown`, HTTP_UNKNOWN],
    },
    'TLS of another Ingress for the host': {
      class: 'nginx',
      beside: [ingress([{ path: '/other', to: 'frog' }], covered, { name: 'frog' })],
      lines: [HTTPS, HTTP_UNKNOWN],
    },
  },
  'NGINX Ingress Controller (nginxinc)': {
    'ports of its own': {
      class: 'nginx',
      annotations: { 'nginx.org/listen-ports': '8080,9090', 'nginx.org/listen-ports-ssl': '8443' },
      spec: covered,
      lines: [
        `https://toad.example.com:8443/ ${AT}:8443`,
        `http://toad.example.com:8080/ ${AT}:8080 unknown`,
        `http://toad.example.com:9090/ ${AT}:9090 unknown`,
      ],
    },
    'a redirect for TLS that ends before it': {
      annotations: { 'kubernetes.io/ingress.class': 'nginx', 'nginx.org/redirect-to-https': 'true' },
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'no redirect': {
      class: 'nginx',
      beside: [ingressClass('nginx', 'nginx.org/ingress-controller')],
      annotations: { 'ingress.kubernetes.io/ssl-redirect': 'false' },
      spec: covered,
      lines: [HTTPS, HTTP],
    },
    'a minion, whose master has the certificate': {
      class: 'nginx',
      annotations: { 'nginx.org/mergeable-ingress-type': 'minion' },
      beside: [
        {
          ...ingress(
            [],
            { rules: [{ host: 'toad.example.com' }], ...covered },
            {
              name: 'master',
              annotations: { 'nginx.org/mergeable-ingress-type': 'master' },
            },
          ),
        },
      ],
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    gRPC: {
      annotations: { 'nginx.org/grpc-services': 'toad' },
      spec: covered,
      lines: [`${HTTPS} unknown`, HTTP_UNKNOWN],
    },
  },
  Cilium: {
    'spec.tls': { class: 'cilium', spec: covered, lines: [HTTPS, HTTP_UNKNOWN] },
    'no redirect': {
      class: 'cilium',
      annotations: { 'ingress.cilium.io/force-https': 'disabled' },
      spec: covered,
      lines: [HTTPS, HTTP],
    },
    passthrough: {
      annotations: { 'ingress.cilium.io/tls-passthrough': 'enabled' },
      lines: [HTTPS, HTTP_UNKNOWN],
    },
    'nothing said': { class: 'cilium', lines: [HTTP] },
  },
  'no controller that is known': {
    'spec.tls': { class: 'lighthouse', spec: covered, lines: [HTTPS, HTTP_UNKNOWN] },
    'annotations of two controllers: neither is believed': {
      annotations: { ...albOf({ 'certificate-arn': arn }), ...routerOf({ entrypoints: 'websecure' }) },
      lines: [HTTP],
    },
    'a class of another controller, whatever the annotations': {
      class: 'lighthouse',
      beside: [ingressClass('lighthouse', 'example.com/lighthouse')],
      annotations: albOf({ 'certificate-arn': arn }),
      lines: [HTTP],
    },
  },
}

describe.each(Object.entries(ROWS))('%s', (name, rows) => {
  it.each(Object.entries(rows))('%s', (_what, row) => {
    expect(linesOf(planFor(row), 'Ingress')).toEqual(row.lines)
  })

  it('has at least four manifests here, if it is in the table', () => {
    const isRow = INGRESS_CONTROLLERS.some((controller) => controller.name === name)
    expect(isRow ? Object.keys(rows).length : 4).toBeGreaterThanOrEqual(4)
  })
})

it('every controller of the table has its manifests', () => {
  expect(INGRESS_CONTROLLERS.map(({ name }) => name).filter((name) => ROWS[name] === undefined)).toEqual([])
})

describe('a listener', () => {
  it('is told by the annotation that opened it', () => {
    const plan = planFor({ class: 'alb', annotations: albOf({ 'certificate-arn': arn }), lines: [] })
    expect(pathOf(plan, 'Ingress').because).toContain(
      `Ingress/toad metadata.annotations["alb.ingress.kubernetes.io/certificate-arn"]=${arn}`,
    )
  })

  it('of TLS that the backend ends shows the certificate of the backend, which is evidence and no failure', () => {
    const plan = planFor({ class: 'nginx', annotations: nginxOf({ 'ssl-passthrough': 'true' }), lines: [] })
    const path = pathOf(plan, 'Ingress', ({ url }) => url?.startsWith('https') === true)
    expect([path.serverName, ...path.checks.map(checkText)]).toEqual([
      'toad.example.com',
      'http GET https://toad.example.com/ SNI toad.example.com',
    ])
    expect(doubtsOf(path)).toEqual([
      'Ingress/toad metadata.annotations["nginx.ingress.kubernetes.io/ssl-passthrough"]=true: TLS is ended by the backend, whose certificate it is',
    ])
  })

  it('on the standard port keeps the id that it has without annotations; one more of its scheme has another', () => {
    const idsOf = (annotations: Record<string, string>, spec = {}) =>
      planFor({ class: 'alb', annotations: albOf(annotations), spec, lines: [] }).paths.flatMap(({ id, kind, url }) =>
        kind === 'Ingress' && url?.startsWith('https') ? [id] : [],
      )
    const plain = idsOf({ 'certificate-arn': arn })
    const several = idsOf({ 'listen-ports': '[{"HTTPS":8443},{"HTTPS":443}]' })
    expect(several).toHaveLength(2)
    expect(several[0]).toBe(plain[0])
    expect(several[1]).not.toBe(plain[0])
    // Ports are not in the id: the rule's only HTTPS listener stays the same way.
    expect(idsOf({ 'listen-ports': '[{"HTTPS":8443}]' })).toEqual(plain)
  })

  it('is dialled at the ports that the caller gives, whatever annotations say', () => {
    const plan = planOf(
      [
        service(),
        ingress(
          [{}],
          { ingressClassName: 'alb' },
          { annotations: albOf({ 'listen-ports': '[{"HTTPS":8443},{"HTTPS":443}]' }) },
        ),
      ],
      { addresses: { ingressController: ['198.51.100.7'], controllerPorts: { http: 8000, https: 9443 } } },
    )
    expect(linesOf(plan, 'Ingress')).toEqual(['https://toad.example.com:9443/ at 198.51.100.7:9443'])
  })
})

describe('a private address', () => {
  const at = loadBalancerStatus({ ip: '10.20.30.40' })
  it.each([
    ['outside', ['http://toad.example.com/ at 10.20.30.40:80 unknown']],
    ['in-cluster', ['http://toad.example.com/ at 10.20.30.40:80']],
  ] as const)('of an Ingress, seen from %s', (vantage, lines) => {
    expect(linesOf(planFor({ class: 'nginx', status: at, vantage, lines: [] }), 'Ingress')).toEqual(lines)
  })

  it('that the caller names is promised, and one of the prober itself is dialled', () => {
    const given = planOf([service(), ingress([{}])], {
      vantage: 'outside',
      addresses: { ingressController: ['10.20.30.40'] },
    })
    expect(linesOf(given, 'Ingress')).toEqual(['http://toad.example.com/ at 10.20.30.40:80'])
    const local = planFor({
      class: 'nginx',
      status: loadBalancerStatus({ ip: '127.0.0.1' }),
      vantage: 'outside',
      lines: [],
    })
    expect(linesOf(local, 'Ingress')).toEqual(['http://toad.example.com/ at 127.0.0.1:80'])
  })
})

describe('a path that is a pattern', () => {
  const implementation = (row: Partial<Row>): string =>
    linesOf(planFor({ pathType: 'ImplementationSpecific', lines: [], ...row }), 'Ingress')[0] ?? ''

  it.each([
    ['/*', '/'],
    ['/foo/*', '/foo/'],
    ['/foo*', '/foo'],
    ['/img/*/thumb?.png', '/img/x/thumbx.png'],
    ['/Foo/*', '/Foo/'],
    ['/plain', '/plain'],
  ])('of ALB, %s, is a glob: promised, and asked at %s (row 14)', (path, asked) => {
    expect(implementation({ class: 'alb', path })).toBe(`http://toad.example.com${asked} ${AT}:80`)
  })

  it.each([
    ['gce', '/foo/*', '/foo/', ''],
    ['azure/application-gateway', '/foo/*', '/foo/', ''],
    ['traefik', '/foo(bar)', '/foo(bar)', ''],
    ['contour', '/v[0-9]+/x', '/v', ' unknown'],
    ['contour', '/a(b)', '/a(b)', ''],
    ['kong', '/~/v\\d+$', '/v', ' unknown'],
    ['nginx', '/foo(/|$)(.*)', '/foo', ' unknown'],
    ['lighthouse', '/foo/*', '/foo/', ' unknown'],
  ])('of class %s, %s, is asked at %s%s', (name, path, asked, expected) => {
    const annotations = { 'kubernetes.io/ingress.class': name }
    expect(implementation({ annotations, path })).toBe(`http://toad.example.com${asked} ${AT}:80${expected}`)
  })

  it('is a regular expression on ALB where an annotation says so', () => {
    const annotations = albOf({ 'use-regex-path-match': 'true' })
    expect(implementation({ class: 'alb', annotations, path: '/v\\d+' })).toBe(
      `http://toad.example.com/v ${AT}:80 unknown`,
    )
  })

  it('is one on ingress-nginx for every path type, where an annotation says so', () => {
    const row = {
      class: 'nginx',
      annotations: nginxOf({ 'use-regex': 'true' }),
      path: '/a.*b',
      pathType: 'Prefix',
      lines: [],
    }
    expect(linesOf(planFor(row), 'Ingress')).toEqual([`http://toad.example.com/a ${AT}:80 unknown`])
  })

  it('as a glob is asked where no other rule is longer', () => {
    const manifest = ingress(
      [
        { path: '/*', pathType: 'ImplementationSpecific' },
        { path: '/', pathType: 'Exact', to: 'frog' },
      ],
      { ingressClassName: 'alb' },
    )
    expect(linesOf(planOf([service(), manifest]), 'Ingress')).toEqual([`http://toad.example.com/portolan ${AT}:80`])
  })
})

describe('a canary of ingress-nginx', () => {
  const beside = (annotations: Record<string, string>) => [
    service(),
    ingress([{}]),
    ingress([{ to: 'frog' }], {}, { name: 'canary', annotations: nginxOf({ canary: 'true', ...annotations }) }),
  ]
  it('by weight makes the answer that of either', () => {
    expect(doubtsOf(pathOf(planOf(beside({ 'canary-weight': '20' })), 'Ingress'))).toEqual([
      'Ingress/toad spec.rules[0].http.paths[0]: Ingress/canary spec.rules[0].http.paths[0] is a canary, which takes 20 % of the requests',
    ])
  })

  it('by header alone takes nothing from the rule', () => {
    expect(pathOf(planOf(beside({ 'canary-by-header': 'x-canary' })), 'Ingress').expected).toBe('reachable')
  })

  it.each([
    ['the header', { 'canary-by-header': 'X-Canary' }, { 'x-canary': 'always' }, 'x-canary'],
    ['the header with another value', { 'canary-by-header': 'X-Canary' }, { 'x-canary': 'never' }, null],
    [
      'the value of the header',
      { 'canary-by-header': 'X-Canary', 'canary-by-header-value': 'frog' },
      { 'x-canary': 'frog', accept: '*/*' },
      'x-canary',
    ],
    [
      'another value than that',
      { 'canary-by-header': 'X-Canary', 'canary-by-header-value': 'frog' },
      { 'x-canary': 'always' },
      null,
    ],
    [
      'a value that a pattern may take',
      { 'canary-by-header': 'X-Canary', 'canary-by-header-pattern': '^f' },
      { 'x-canary': 'toad' },
      'x-canary',
    ],
    ['the cookie', { 'canary-by-cookie': 'canary' }, { Cookie: 'a=b; canary=always' }, 'Cookie'],
    ['another cookie', { 'canary-by-cookie': 'canary' }, { Cookie: 'canary=never' }, null],
  ])('takes a check that sends %s', (_name, annotations, headers, told) => {
    const checks = [httpCheck({ name: 'home', headers })]
    const path = pathOf(planOf(beside(annotations), { checks }), 'Ingress')
    expect([path.expected, doubtsOf(path), path.checks.map((each) => each.type === 'http' && each.headers)]).toEqual([
      told === null ? 'reachable' : 'unknown',
      told === null ? [] : [`headers of check home: with ${told} another rule may get the request`],
      [headers],
    ])
  })

  it('itself gets its share, and all of it at 100 %', () => {
    const own = (weight: string) =>
      planOf([
        service(),
        ingress([{ to: 'frog' }], {}, { name: 'main' }),
        ingress([{}], {}, { annotations: nginxOf({ canary: 'true', 'canary-weight': weight }) }),
      ])
    expect(doubtsOf(pathOf(own('5'), 'Ingress'))).toEqual([
      'Ingress/toad spec.rules[0].http.paths[0]: a canary, which gets 5 % of the requests',
    ])
    expect(pathOf(own('100'), 'Ingress').expected).toBe('reachable')
  })
})
