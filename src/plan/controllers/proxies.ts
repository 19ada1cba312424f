import {
  type Asked,
  bySwitches,
  byTls,
  http,
  https,
  type IngressController,
  isTrue,
  type Listener,
  listOf,
} from './controller.ts'

const NGINX = 'nginx.ingress.kubernetes.io'

/** https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/ */
export const ingressNginx: IngressController = {
  name: 'ingress-nginx',
  sources: [
    'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/',
    'https://kubernetes.github.io/ingress-nginx/user-guide/tls/',
  ],
  controllers: ['k8s.io/ingress-nginx'],
  classes: ['nginx'],
  owns: [`${NGINX}/`],
  fronts: [{ 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' }],
  sharesTls: true,
  reads: [
    { annotation: `${NGINX}/force-ssl-redirect`, means: 'clients are sent to HTTPS, spec.tls or not' },
    { annotation: `${NGINX}/ssl-redirect`, means: 'false: plain HTTP is served beside HTTPS' },
    { annotation: `${NGINX}/ssl-passthrough`, means: 'TLS goes to the backend as it is' },
    { annotation: `${NGINX}/use-regex`, means: 'all paths of the Ingress are regular expressions' },
    { annotation: `${NGINX}/rewrite-target`, means: 'the same' },
    { annotation: `${NGINX}/server-alias`, means: 'more hosts with the same rules' },
    { annotation: `${NGINX}/canary`, means: 'a share of the requests for the rule of another Ingress' },
    { annotation: `${NGINX}/canary-weight`, means: 'how large a share' },
    { annotation: `${NGINX}/backend-protocol`, means: 'HTTPS: what the pods speak; GRPC, GRPCS, FCGI: unknown' },
    { annotation: `${NGINX}/auth-tls-secret`, means: 'a client certificate is asked for: unknown' },
  ],
  listeners: (asked) =>
    bySwitches(
      {
        passthrough: [`${NGINX}/ssl-passthrough`],
        force: [`${NGINX}/force-ssl-redirect`],
        redirect: [`${NGINX}/ssl-redirect`],
      },
      asked,
    ),
  syntax: ({ value }) =>
    isTrue(value(`${NGINX}/use-regex`)) || value(`${NGINX}/rewrite-target`) !== null ? 'regex' : null,
  demands: [
    { annotation: `${NGINX}/backend-protocol`, when: /^(GRPCS?|FCGI)$/i, why: 'the backend speaks no plain HTTP' },
    { annotation: `${NGINX}/auth-tls-secret`, when: /./, why: 'a client certificate is asked for' },
  ],
  backend: [{ annotation: `${NGINX}/backend-protocol`, says: 'protocol' }],
  aliases: [`${NGINX}/server-alias`],
}

/** More ports of one scheme than anybody listens on. */
const LISTENERS = 50

const portOf = (value: string | null): number | null => {
  const [first] = listOf(value).map(Number)
  return first !== undefined && Number.isInteger(first) && first > 0 && first < 65_536 ? first : null
}

/** https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations/ */
export const nginxInc: IngressController = {
  name: 'NGINX Ingress Controller (nginxinc)',
  sources: [
    'https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations/',
    'https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/cross-namespace-configuration/',
  ],
  controllers: ['nginx.org/ingress-controller'],
  classes: ['nginx'],
  owns: ['nginx.org/', 'nginx.com/'],
  fronts: [{ 'app.kubernetes.io/name': 'nginx-ingress' }, { app: 'nginx-ingress' }],
  sharesTls: true,
  reads: [
    { annotation: 'nginx.org/listen-ports', means: 'the ports for plain HTTP, 80 otherwise' },
    { annotation: 'nginx.org/listen-ports-ssl', means: 'the ports for HTTPS, 443 otherwise' },
    { annotation: 'nginx.org/redirect-to-https', means: 'clients are sent to HTTPS, for TLS that ends before' },
    { annotation: 'ingress.kubernetes.io/ssl-redirect', means: 'false: plain HTTP is served beside HTTPS' },
    { annotation: 'nginx.org/path-regex', means: 'paths are regular expressions, or exact' },
    { annotation: 'nginx.org/ssl-services', means: 'Services whose pods speak TLS' },
    { annotation: 'nginx.org/grpc-services', means: 'gRPC: unknown' },
  ],
  listeners: (asked) => {
    const { value, told } = asked
    const own = bySwitches(
      { force: ['nginx.org/redirect-to-https'], redirect: ['ingress.kubernetes.io/ssl-redirect'] },
      asked,
    )
    return own.flatMap((listener): readonly Listener[] => {
      const name = listener.scheme === 'http' ? 'nginx.org/listen-ports' : 'nginx.org/listen-ports-ssl'
      const ports = listOf(value(name))
        .slice(0, LISTENERS)
        .flatMap((each) => portOf(each) ?? [])
      if (ports.length === 0) return [listener]
      return ports.map((port) => ({ ...listener, port, because: [...listener.because, told(name)] }))
    })
  },
  syntax: ({ value }) => (/^case_/.test(value('nginx.org/path-regex') ?? '') ? 'regex' : null),
  backend: [{ annotation: 'nginx.org/ssl-services', says: 'services' }],
  demands: [{ annotation: 'nginx.org/grpc-services', when: /./, why: 'gRPC is not answered over HTTP/1.1' }],
}

const ENTRY_POINTS = 'traefik.ingress.kubernetes.io/router.entrypoints'
const ROUTER_TLS = 'traefik.ingress.kubernetes.io/router.tls'
const ROUTER_TLS_PARTS = ['certresolver', 'options', 'domains.0.main'].map((part) => `${ROUTER_TLS}.${part}`)
const FRONTEND_ENTRY_POINTS = 'traefik.ingress.kubernetes.io/frontend-entry-points'
const REDIRECT_ENTRY_POINT = 'traefik.ingress.kubernetes.io/redirect-entry-point'
const PATH_MATCHER = 'traefik.ingress.kubernetes.io/router.pathmatcher'

/** Entry points are named by the installation; these are what its charts, and most people, call them. */
const schemeOfEntryPoint = (name: string): 'http' | 'https' | null =>
  /secure|https|tls|ssl/i.test(name) ? 'https' : /^(web|http)\b|[-_](web|http)$/i.test(name) ? 'http' : null

/**
 * A router with TLS takes no plain HTTP, whatever its entry points; without entry points it is on all of the default
 * ones (`pkg/provider/kubernetes/ingress/kubernetes.go`, loadRouter).
 */
function traefikListeners(asked: Asked): readonly Listener[] {
  const { tls, value, told } = asked
  const entry = [ENTRY_POINTS, FRONTEND_ENTRY_POINTS].find((name) => value(name) !== null)
  const withTls = isTrue(value(ROUTER_TLS)) ? ROUTER_TLS : ROUTER_TLS_PARTS.find((name) => value(name) !== null)
  const redirect = value(REDIRECT_ENTRY_POINT)
  if (entry === undefined) {
    if (withTls !== undefined) {
      const only = `${told(withTls)}: a router with TLS takes no plain HTTP; an entry point may redirect it`
      return [https({ because: [told(withTls), ...(tls === null ? [] : [tls])] }), http({ doubts: [only] })]
    }
    if (redirect === null || tls !== null) return byTls(asked)
    return [
      https({ because: [told(REDIRECT_ENTRY_POINT)] }),
      http({ doubts: [`${told(REDIRECT_ENTRY_POINT)}: plain HTTP is redirected`] }),
    ]
  }
  const names = listOf(value(entry))
  const schemes = new Set(names.map(schemeOfEntryPoint))
  const because = [told(entry), ...(withTls === undefined ? [] : [told(withTls)]), ...(tls === null ? [] : [tls])]
  if (schemes.has(null) || names.length === 0) {
    const unsure = `${told(entry)}: which port and scheme an entry point of that name has, its installation says`
    return [
      https({ because, doubts: withTls === undefined && tls === null ? [unsure] : [] }),
      http({ doubts: [unsure] }),
    ]
  }
  if (!schemes.has('https')) {
    // TLS on the entry point for plain HTTP: nobody means that.
    if (withTls === undefined && tls === null) return [http({ because })]
    const elsewhere = `${told(entry)}: the rule is not on an entry point for HTTPS`
    return [
      https({ doubts: [elsewhere] }),
      http({
        because: [told(entry)],
        doubts: withTls === undefined ? [] : [`${told(withTls)}: a router with TLS takes no plain HTTP`],
      }),
    ]
  }
  const secure = https({ because })
  if (!schemes.has('http')) return [secure]
  if (withTls !== undefined) {
    return [
      secure,
      http({ doubts: [`${told(withTls)}: a router with TLS takes no plain HTTP; an entry point may redirect it`] }),
    ]
  }
  return [secure, ...byTls({ tls }).filter(({ scheme }) => scheme === 'http')]
}

/** https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/ */
export const traefik: IngressController = {
  name: 'Traefik',
  sources: [
    'https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/',
    'https://github.com/traefik/traefik/blob/master/pkg/provider/kubernetes/ingress/kubernetes.go',
    'https://doc.traefik.io/traefik/v1.7/configuration/backends/kubernetes/',
  ],
  controllers: ['traefik.io/'],
  classes: ['traefik'],
  owns: ['traefik.ingress.kubernetes.io/', 'traefik.io/'],
  fronts: [{ 'app.kubernetes.io/name': 'traefik' }],
  sharesTls: true,
  reads: [
    { annotation: ENTRY_POINTS, means: 'the listeners: web is plain HTTP, websecure HTTPS, by their usual names' },
    { annotation: ROUTER_TLS, means: 'HTTPS, and no plain HTTP' },
    ...ROUTER_TLS_PARTS.map((annotation) => ({ annotation, means: 'the same' })),
    { annotation: PATH_MATCHER, means: 'PathRegexp: paths of type ImplementationSpecific are regular expressions' },
    { annotation: FRONTEND_ENTRY_POINTS, means: 'the listeners, in version 1' },
    { annotation: REDIRECT_ENTRY_POINT, means: 'plain HTTP is redirected, in version 1' },
  ],
  listeners: traefikListeners,
  syntax: ({ value }, path, pathType) => {
    if (pathType !== 'ImplementationSpecific') return 'literal'
    // Version 2 takes {name:expression} in every matcher.
    return /Regexp/i.test(value(PATH_MATCHER) ?? '') || path.includes('{') ? 'regex' : 'literal'
  },
}

/** https://www.haproxy.com/documentation/kubernetes-ingress/community/configuration-reference/ingress/ */
export const haproxyTech: IngressController = {
  name: 'HAProxy Kubernetes Ingress Controller',
  sources: ['https://www.haproxy.com/documentation/kubernetes-ingress/community/configuration-reference/ingress/'],
  controllers: ['haproxy.org/'],
  classes: ['haproxy'],
  owns: ['haproxy.org/', 'haproxy.com/'],
  fronts: [{ 'app.kubernetes.io/name': 'kubernetes-ingress' }, { run: 'haproxy-ingress' }],
  sharesTls: true,
  reads: [
    { annotation: 'haproxy.org/ssl-redirect', means: 'true: clients are sent to HTTPS; false: both are served' },
    { annotation: 'haproxy.org/ssl-passthrough', means: 'TLS goes to the backend as it is' },
    { annotation: 'haproxy.org/server-ssl', means: 'the pods speak TLS' },
  ],
  listeners: (asked) =>
    bySwitches(
      {
        passthrough: ['haproxy.org/ssl-passthrough', 'haproxy.com/ssl-passthrough'],
        force: ['haproxy.org/ssl-redirect', 'haproxy.com/ssl-redirect'],
        redirect: ['haproxy.org/ssl-redirect', 'haproxy.com/ssl-redirect'],
      },
      asked,
    ),
  backend: [{ annotation: 'haproxy.org/server-ssl', says: 'tls' }],
}

const HAPROXY = 'haproxy-ingress.github.io'

/** https://haproxy-ingress.github.io/docs/configuration/keys/ */
export const haproxyIngress: IngressController = {
  name: 'HAProxy Ingress (jcmoraisj)',
  sources: ['https://haproxy-ingress.github.io/docs/configuration/keys/'],
  controllers: ['haproxy-ingress.github.io/'],
  classes: ['haproxy'],
  owns: [`${HAPROXY}/`],
  fronts: [{ 'app.kubernetes.io/name': 'haproxy-ingress' }],
  sharesTls: true,
  reads: [
    { annotation: `${HAPROXY}/ssl-redirect`, means: 'false: plain HTTP is served beside HTTPS' },
    { annotation: `${HAPROXY}/ssl-always-add-https`, means: 'HTTPS for every host, spec.tls or not' },
    { annotation: `${HAPROXY}/ssl-passthrough`, means: 'TLS goes to the backend as it is' },
    { annotation: `${HAPROXY}/path-type`, means: 'regex: paths are regular expressions' },
    { annotation: `${HAPROXY}/server-alias`, means: 'more hosts with the same rules' },
    { annotation: `${HAPROXY}/backend-protocol`, means: 'h1-ssl: the pods speak TLS; grpc, grpcs, h2: unknown' },
    { annotation: `${HAPROXY}/secure-backends`, means: 'the pods speak TLS' },
    { annotation: `${HAPROXY}/auth-tls-secret`, means: 'a client certificate is asked for: unknown' },
    { annotation: 'ingress.kubernetes.io/ssl-passthrough', means: 'the same as above, under its old name' },
    { annotation: 'ingress.kubernetes.io/ssl-redirect', means: 'the same as above, under its old name' },
  ],
  listeners: (asked) =>
    bySwitches(
      {
        passthrough: [`${HAPROXY}/ssl-passthrough`, 'ingress.kubernetes.io/ssl-passthrough'],
        force: [`${HAPROXY}/ssl-always-add-https`],
        redirect: [`${HAPROXY}/ssl-redirect`, 'ingress.kubernetes.io/ssl-redirect'],
      },
      asked,
    ),
  syntax: ({ value }, _path, pathType) => {
    const written = value(`${HAPROXY}/path-type`)
    if (pathType !== 'ImplementationSpecific') return 'literal'
    return written === null ? null : written === 'regex' ? 'regex' : 'literal'
  },
  demands: [
    {
      annotation: `${HAPROXY}/backend-protocol`,
      when: /^(grpcs?|h2c?|h2-ssl|fcgi)/i,
      why: 'the backend speaks no HTTP/1.1',
    },
    { annotation: `${HAPROXY}/auth-tls-secret`, when: /./, why: 'a client certificate is asked for' },
  ],
  backend: [
    { annotation: `${HAPROXY}/backend-protocol`, says: 'protocol' },
    { annotation: `${HAPROXY}/secure-backends`, says: 'tls' },
  ],
  aliases: [`${HAPROXY}/server-alias`],
}

/** https://projectcontour.io/docs/main/config/annotations/ */
export const contour: IngressController = {
  name: 'Contour',
  sources: [
    'https://projectcontour.io/docs/main/config/annotations/',
    'https://github.com/projectcontour/contour/blob/main/internal/dag/ingress_processor.go',
  ],
  controllers: ['projectcontour.io/'],
  classes: ['contour'],
  owns: ['projectcontour.io/', 'contour.heptio.com/'],
  fronts: [{ app: 'envoy' }, { 'app.kubernetes.io/component': 'envoy' }],
  sharesTls: true,
  reads: [
    { annotation: 'ingress.kubernetes.io/force-ssl-redirect', means: 'plain HTTP is redirected' },
    { annotation: 'kubernetes.io/ingress.allow-http', means: 'false: no plain HTTP' },
    { annotation: 'projectcontour.io/ingress.class', means: 'the class, before spec.ingressClassName' },
  ],
  listeners: (asked) =>
    bySwitches(
      { force: ['ingress.kubernetes.io/force-ssl-redirect'], allowHttp: ['kubernetes.io/ingress.allow-http'] },
      asked,
    ),
  syntax: (_asked, path, pathType) =>
    pathType === 'ImplementationSpecific' && /[\^+*[\]%]/.test(path) ? 'regex' : 'literal',
}

const PROTOCOLS = 'konghq.com/protocols'
const HTTPS_REDIRECT = 'konghq.com/https-redirect-status-code'

/** A route takes http and https unless it says which; a request by the other is answered 426, or redirected. */
function kongListeners(asked: Asked): readonly Listener[] {
  const { tls, value, told } = asked
  const written = value(PROTOCOLS) ?? value('configuration.konghq.com/protocols')
  if (written === null) return byTls(asked)
  const protocols = listOf(written.toLowerCase())
  const because = [told(PROTOCOLS), ...(tls === null ? [] : [tls])]
  if (protocols.some((each) => /^(grpcs?|tcp|tls|tls_passthrough|udp)$/.test(each))) {
    const doubts = [`${told(PROTOCOLS)}: not answered over HTTP/1.1`]
    return [https({ doubts }), http({ doubts })]
  }
  const plainToo = protocols.includes('http')
  const secure = protocols.includes('https')
  if (!secure) {
    const only = `${told(PROTOCOLS)}: the route takes plain HTTP alone`
    return [...(tls === null ? [] : [https({ doubts: [only] })]), http({ because: [told(PROTOCOLS)] })]
  }
  if (!plainToo) {
    const redirected = value(HTTPS_REDIRECT)
    const sent = redirected !== null && redirected !== '426'
    return [
      https({ because }),
      ...(sent ? [http({ because: [`${told(HTTPS_REDIRECT)}: plain HTTP is redirected`] })] : []),
    ]
  }
  // Of a route for both, HTTPS is answered with some certificate; which one is promised by spec.tls alone.
  if (tls === null)
    return [
      http({ because: [told(PROTOCOLS)] }),
      https({ doubts: [`${told(PROTOCOLS)}: no spec.tls gives HTTPS a certificate for the host`] }),
    ]
  return byTls(asked)
}

/** https://developer.konghq.com/kubernetes-ingress-controller/reference/annotations/ */
export const kong: IngressController = {
  name: 'Kong',
  sources: ['https://developer.konghq.com/kubernetes-ingress-controller/reference/annotations/'],
  controllers: ['ingress-controllers.konghq.com/kong', 'konghq.com/'],
  classes: ['kong'],
  owns: ['konghq.com/', 'configuration.konghq.com/'],
  fronts: [{ 'app.kubernetes.io/name': 'kong' }, { 'app.kubernetes.io/name': 'gateway' }, { app: 'ingress-kong' }],
  sharesTls: true,
  reads: [
    { annotation: PROTOCOLS, means: 'what the route takes: http, https or both; others are unknown' },
    { annotation: HTTPS_REDIRECT, means: 'how plain HTTP is answered where it is not taken: 426, or a redirect' },
    { annotation: 'konghq.com/regex-prefix', means: 'what a regular expression begins with, /~ otherwise' },
  ],
  listeners: kongListeners,
  syntax: ({ value }, path, pathType) =>
    pathType === 'ImplementationSpecific' && path.startsWith(value('konghq.com/regex-prefix') ?? '/~') ? 'regex' : null,
}

/** https://docs.cilium.io/en/stable/network/servicemesh/ingress/ */
export const cilium: IngressController = {
  name: 'Cilium',
  sources: ['https://docs.cilium.io/en/stable/network/servicemesh/ingress/'],
  controllers: ['cilium.io/'],
  classes: ['cilium'],
  owns: ['ingress.cilium.io/'],
  fronts: [{ 'cilium.io/ingress': 'true' }],
  sharesTls: true,
  reads: [
    { annotation: 'ingress.cilium.io/force-https', means: 'false: plain HTTP is served beside HTTPS' },
    { annotation: 'ingress.cilium.io/tls-passthrough', means: 'TLS goes to the backend as it is' },
  ],
  listeners: (asked) =>
    bySwitches(
      { passthrough: ['ingress.cilium.io/tls-passthrough'], redirect: ['ingress.cilium.io/force-https'] },
      asked,
    ),
  syntax: (_asked, _path, pathType) => (pathType === 'ImplementationSpecific' ? 'regex' : 'literal'),
}
