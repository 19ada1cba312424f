/**
 * Answers that tell who gave them: what controllers and proxies say by themselves, and what servers say to who speaks
 * the wrong protocol. One table each, by status, `server` header and the beginning of the body. Pure.
 *
 * @module
 */
import type { HttpEvidence } from './network.ts'

type Answer = Pick<HttpEvidence, 'status' | 'bodySnippet' | 'bodyBytes'> & {
  headers: Readonly<Partial<Record<string, string>>>
}

type OwnAnswer = {
  by: string
  statuses: readonly number[]
  /** Both must match where both are given. `bodyless`: no body at all. */
  server?: RegExp
  body?: RegExp
  bodyless?: boolean
  /** Applications give the same answer: it is the controller's only where they are seen not to. */
  isCommon?: boolean
}

/**
 * Sources: ingress-nginx test/e2e/defaultbackend and rootfs/etc/nginx/template/nginx.tmpl; nginx
 * ngx_http_special_response.c; Traefik pkg/server/service (`no available server`) and Go net/http NotFound; Envoy
 * docs "response flags" NR, UH, UF; HAProxy src/http_htx.c http_err_msgs; Kong runloop handler; GKE docs "Ingress for
 * external Application Load Balancers", default backend; AWS docs "Troubleshoot your Application Load Balancers"; Azure
 * docs "Application Gateway, 502 errors".
 */
const OWN_ANSWERS: readonly OwnAnswer[] = [
  { by: 'the default backend of ingress-nginx', statuses: [404], body: /^default backend - 404/ },
  {
    by: 'an AWS Application Load Balancer',
    statuses: [400, 404, 460, 502, 503, 504],
    server: /^awselb\//i,
  },
  {
    by: 'an Azure Application Gateway',
    statuses: [400, 403, 404, 502, 504],
    body: /Microsoft-Azure-Application-Gateway/,
  },
  { by: 'a Google Cloud load balancer', statuses: [404], body: /^response 404 \(backend NotFound\)/ },
  {
    by: 'a Google Cloud load balancer',
    statuses: [502],
    body: /The server encountered a temporary error and could not complete your request/,
  },
  { by: 'Kong', statuses: [404], body: /no Route matched with those values/ },
  { by: 'Kong', statuses: [503], body: /failure to get a peer from the ring-balancer/ },
  { by: 'Traefik', statuses: [503], body: /^no available server/ },
  { by: 'Traefik', statuses: [404], body: /^404 page not found\s*$/, isCommon: true },
  { by: 'Traefik', statuses: [502, 504], body: /^(Bad Gateway|Gateway Timeout)\s*$/, isCommon: true },
  {
    by: 'Envoy',
    statuses: [503],
    body: /^(no healthy upstream|upstream connect error or disconnect\/reset before headers)/,
  },
  { by: 'Envoy', statuses: [504], body: /^upstream request timeout/ },
  { by: 'Envoy', statuses: [404, 421], server: /envoy/i, bodyless: true },
  {
    by: 'HAProxy',
    statuses: [503],
    body: /<h1>503 Service Unavailable<\/h1>\s*No server is available to handle this request/,
  },
  {
    by: 'HAProxy',
    statuses: [502],
    body: /<h1>502 Bad Gateway<\/h1>\s*The server returned an invalid or incomplete response/,
  },
  { by: 'HAProxy', statuses: [504], body: /<h1>504 Gateway Time-out<\/h1>\s*The server didn't respond in time/ },
  { by: 'HAProxy', statuses: [404], body: /<h1>404 Not Found<\/h1>\s*The resource could not be found/ },
  {
    by: 'nginx',
    statuses: [400, 404, 413, 502, 503, 504],
    body: /<hr><center>(nginx|openresty)/,
    isCommon: true,
  },
]

/** Whose own answer it is; `null`: nobody's that is known. */
export function ownAnswerOf(answer: Answer): { by: string; isCommon: boolean } | null {
  const found = OWN_ANSWERS.find(
    ({ statuses, server, body, bodyless }) =>
      statuses.includes(answer.status) &&
      (server === undefined || server.test(answer.headers.server ?? '')) &&
      (body === undefined || body.test(answer.bodySnippet)) &&
      (!bodyless || answer.bodyBytes === 0),
  )
  return found === undefined ? null : { by: found.by, isCommon: found.isCommon ?? false }
}

/**
 * Servers answer plain HTTP on a port where they speak TLS with these words: nginx and AWS's load balancers; Go (net/http,
 * so Caddy as well); Apache; Tomcat (and so Spring Boot).
 */
const PLAIN_ON_TLS =
  /plain HTTP request was sent to HTTPS port|sent an HTTP request to an HTTPS server|speaking plain HTTP to an SSL-enabled server port|combination of host and port requires TLS/i

/** Tells whether the answer complains that it was asked in plain HTTP. */
export const wantsTls = ({ status, bodySnippet }: Pick<Answer, 'status' | 'bodySnippet'>): boolean =>
  status === 400 && PLAIN_ON_TLS.test(bodySnippet)

/** The header of the PROXY protocol, version 1 (2.1 of its specification), where a server says what it was sent. */
const PROXY_HEADER = /\bPROXY (TCP4|TCP6|UNKNOWN)\b/

/** Tells whether an answer quotes a header of the PROXY protocol, which its sender does not know. */
export const showsProxyHeader = ({ bodySnippet }: Pick<Answer, 'bodySnippet'>): boolean =>
  PROXY_HEADER.test(bodySnippet)
