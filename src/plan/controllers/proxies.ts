/**
 * Controllers whose annotations are switches on top of `spec.tls`.
 *
 * @module
 */
import { isTrue, listOf, portNumber } from '../annotations.ts'
import { bySwitches, type IngressController, type Listener } from './controller.ts'

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
    { annotation: `${NGINX}/canary-by-header`, means: 'which header of a check makes its request one for the canary' },
    { annotation: `${NGINX}/canary-by-header-value`, means: 'the value of that header' },
    { annotation: `${NGINX}/canary-by-header-pattern`, means: 'the same: any value may be one' },
    { annotation: `${NGINX}/canary-by-cookie`, means: 'which cookie of a check does so' },
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

/** Nobody listens on more ports of one scheme. */
const LISTENERS = 50

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
        .flatMap((each) => portNumber(each) ?? [])
      if (ports.length === 0) {
        return [listener]
      }
      return ports.map((port) => ({ ...listener, port, because: [...listener.because, told(name)] }))
    })
  },
  syntax: ({ value }) => (/^case_/.test(value('nginx.org/path-regex') ?? '') ? 'regex' : null),
  backend: [{ annotation: 'nginx.org/ssl-services', says: 'services' }],
  demands: [{ annotation: 'nginx.org/grpc-services', when: /./, why: 'gRPC is not answered over HTTP/1.1' }],
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
    if (pathType !== 'ImplementationSpecific') {
      return 'literal'
    }
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
