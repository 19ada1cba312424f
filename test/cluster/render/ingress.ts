/**
 * The configuration of nginx as an Ingress controller, to the effect that ingress-nginx's has: requests go straight to
 * the endpoints; a rule without endpoints answers 503, what no rule takes 404; plain HTTP is redirected where TLS covers
 * the host; a host without a certificate of its own gets a self-signed one.
 *
 * @module
 */
import type { Ingress, IngressBackend, IngressPath, KubeObjects } from '../../../src/kube/objects.ts'
import { type Backend, servedPorts } from './service-ports.ts'

const CONTROLLER = 'k8s.io/ingress-nginx'
const ANNOTATION = 'nginx.ingress.kubernetes.io/'

/** ConfigMap keys of ingress-nginx (docs/user-guide/nginx-configuration/configmap.md), to the effect that they have. */
export type ControllerSettings = {
  /** `use-proxy-protocol`: each connection begins with a PROXY line. */
  expectsProxyLine?: boolean
}

export type IngressFiles = ControllerSettings & {
  /** For temporary files. */
  folder: string
  /** Certificate and key of a Secret; `null`: there is no such Secret. */
  certificate(secretName: string | null): { cert: string; key: string } | null
  /** Hosts without a certificate of their own get this one. */
  fallback: { cert: string; key: string }
}

export function renderNginx(objects: KubeObjects, files: IngressFiles): string {
  const { folder, fallback } = files
  const classes = objects.ingressClasses.filter(({ controller }) => controller === CONTROLLER)
  const own = objects.ingresses.filter(({ ingressClassName }) =>
    classes.some(({ meta }) => meta.name === ingressClassName),
  )
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `user root; daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr notice;
events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  proxy_next_upstream error timeout;
  server {
    ${listen(files, ' default_server')} server_name _; ${tls(fallback)}
    location / { return 404; }
  }
${own.flatMap((ingress) => ingress.rules.map((rule) => server(objects, files, ingress, rule))).join('\n')}
}
`
}

const listen = ({ expectsProxyLine = false }: ControllerSettings, otherwise = ''): string => {
  const more = `${otherwise}${expectsProxyLine ? ' proxy_protocol' : ''}`
  return `listen 80${more}; listen 443 ssl${more};`
}

const tls = ({ cert, key }: { cert: string; key: string }): string =>
  `ssl_certificate ${cert}; ssl_certificate_key ${key};`

function server(objects: KubeObjects, files: IngressFiles, ingress: Ingress, rule: Ingress['rules'][number]): string {
  const host = rule.host ?? '_'
  const covering = ingress.tls.find(({ hosts }) => hosts.length === 0 || hosts.includes(host))
  const certificate = (covering && files.certificate(covering.secretName)) ?? files.fallback
  const id = `${ingress.meta.namespace}-${ingress.meta.name}-${host}`
  const upstreams: string[] = []
  // Exact first: what a Prefix would take as well is taken.
  const exactFirst = rule.paths.toSorted((a, b) => Number(b.pathType === 'Exact') - Number(a.pathType === 'Exact'))
  const locations = exactFirst.flatMap((path, position) => {
    const upstream = `${id}-${position}`
    const backends = backendsOf(objects, ingress, path.backend)
    if (backends.length > 0) {
      upstreams.push(upstreamOf(upstream, backends))
    }
    const action = backends.length > 0 ? pass(upstream, ingress) : 'return 503;'
    return matches(path).map((match): [string, string] => [match, action])
  })
  const byMatch = new Map(locations.toReversed())
  const lines = [...byMatch].map(([match, action]) => `    location ${match} { ${action} }`)
  const redirect = covering === undefined ? '' : `    if ($scheme = http) { return 308 https://$host$request_uri; }`
  return `${upstreams.join('\n')}
  server {
    ${listen(files)} server_name ${host}; ${tls(certificate)}
${[redirect, ...lines].filter((line) => line !== '').join('\n')}
  }`
}

const upstreamOf = (name: string, backends: readonly Backend[]): string =>
  // Without max_fails one refusal would take an endpoint out for 10 s, and a test would see the one before it.
  `  upstream ${name} { ${backends.map(({ address, port }) => `server ${address}:${port} max_fails=0;`).join(' ')} }`

/** Exact as it is; Prefix element by element. */
const matches = ({ path, pathType }: IngressPath): string[] => {
  const written = path ?? '/'
  if (pathType === 'Exact') {
    return [`= ${written}`]
  }
  const element = written.replace(/\/$/, '')
  return element === '' ? ['/'] : [`= ${element}`, `${element}/`]
}

function pass(upstream: string, { meta }: Ingress): string {
  const annotated = (name: string, otherwise: string): string => meta.annotations[ANNOTATION + name] ?? otherwise
  // ingress-nginx's own defaults, in seconds.
  return [
    `proxy_pass http://${upstream};`,
    'proxy_set_header Host $host;',
    `proxy_connect_timeout ${annotated('proxy-connect-timeout', '5')}s;`,
    `proxy_read_timeout ${annotated('proxy-read-timeout', '60')}s;`,
    `proxy_next_upstream_tries ${annotated('proxy-next-upstream-tries', '3')};`,
  ].join(' ')
}

function backendsOf(objects: KubeObjects, { meta }: Ingress, { service: backend }: IngressBackend): readonly Backend[] {
  const found = servedPorts(objects, 'IPv4').find(
    ({ service, port }) =>
      service.meta.name === backend?.name &&
      service.meta.namespace === meta.namespace &&
      (port.name === backend?.port || port.port === backend?.port),
  )
  return found?.backends ?? []
}
