import { refOf } from '../../kube/objects.ts'
import { annotationField, isFalse, isTrue, portNumber } from '../annotations.ts'
import { type Because, doubted, fieldOf, noted } from '../because.ts'
import { type Asked, byTls, http, https, type IngressController, type Listener } from './controller.ts'

const ALB = 'alb.ingress.kubernetes.io'

/** Reads `[{"HTTP": 80}, {"HTTPS": 443}]`; `null` if it is anything else. */
function listenPorts(json: string): { scheme: 'http' | 'https'; port: number }[] | null {
  let list: unknown
  try {
    list = JSON.parse(json)
  } catch {
    return null
  }
  if (!Array.isArray(list) || list.length === 0 || list.length > LISTENERS) {
    return null
  }
  const written = list.flatMap((entry: unknown) => Object.entries(entry ?? {}))
  const found = written.flatMap(([protocol, value]) => {
    const scheme = protocol.toLowerCase()
    const port = portNumber(value)
    return (scheme === 'http' || scheme === 'https') && port !== null ? [{ scheme, port } as const] : []
  })
  return found.length === 0 || found.length < written.length ? null : found
}

/** An Application Load Balancer has at most so many listeners (AWS quotas). */
const LISTENERS = 50

function albListeners({ tls, value, told }: Asked): readonly Listener[] {
  const [ports, certificate, redirect] = [`${ALB}/listen-ports`, `${ALB}/certificate-arn`, `${ALB}/ssl-redirect`]
  const sent = value(redirect) === null ? [] : [noted(told(redirect), 'plain HTTP is redirected')]
  const written = value(ports)
  if (written !== null) {
    const listed = listenPorts(written)
    if (listed === null) {
      const because = [doubted(told(ports), 'not a list like [{"HTTP": 80}, {"HTTPS": 443}]')]
      return [https({ because }), http({ because })]
    }
    const secure = [told(ports), ...(value(certificate) === null ? [] : [told(certificate)])]
    return listed.map(({ scheme, port }) =>
      scheme === 'https' ? https({ port, because: secure }) : http({ port, because: [told(ports), ...sent] }),
    )
  }
  // A certificate changes the default from HTTP on 80 to HTTPS on 443; there is then no plain HTTP.
  if (value(certificate) !== null) {
    return [https({ port: 443, because: [told(certificate)] })]
  }
  const open = http({ port: 80, because: [...sent] })
  if (tls === null) {
    return [open]
  }
  const alone = doubted(tls, `opens no HTTPS listener by itself (${certificate} or ${ports} does)`)
  return [https({ port: 443, because: [alone] }), open]
}

/** It is internal unless an annotation says otherwise; in a status, the name of an internal one shows it. */
function albInternal({ ingress, value, told }: Asked): Because | null {
  const scheme = `${ALB}/scheme`
  const written = value(scheme)
  if (written !== null) {
    return written === 'internal' ? told(scheme) : null
  }
  const [entry] = ingress.loadBalancerIngress
  if (entry === undefined) {
    return noted(annotationField(ingress, scheme), 'internal is the default')
  }
  return entry.hostname?.startsWith('internal-')
    ? fieldOf(refOf(ingress), 'status.loadBalancer.ingress[0].hostname', `=${entry.hostname}`)
    : null
}

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/ */
export const alb: IngressController = {
  name: 'AWS Load Balancer Controller',
  sources: [
    'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/',
    'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/cert_discovery/',
  ],
  controllers: ['ingress.k8s.aws/alb', 'eks.amazonaws.com/alb'],
  classes: ['alb'],
  owns: [`${ALB}/`],
  fronts: [],
  sharesTls: false,
  reads: [
    { annotation: `${ALB}/listen-ports`, means: 'the listeners, each with its port' },
    { annotation: `${ALB}/certificate-arn`, means: 'without listen-ports: HTTPS on 443 and no plain HTTP' },
    { annotation: `${ALB}/ssl-redirect`, means: 'plain HTTP listeners answer with a redirect' },
    { annotation: `${ALB}/scheme`, means: 'internal (the default) or internet-facing' },
    { annotation: `${ALB}/actions.NAME`, means: 'what a backend with the port name use-annotation stands for' },
    {
      annotation: `${ALB}/conditions.NAME`,
      means: 'more conditions of a rule: unknown, as a plain request may not meet them',
    },
    {
      annotation: `${ALB}/use-regex-path-match`,
      means: 'paths of type ImplementationSpecific are regular expressions',
    },
    { annotation: `${ALB}/inbound-cidrs`, means: 'who is let in: unknown' },
    { annotation: `${ALB}/mutual-authentication`, means: 'a client certificate is asked for: unknown' },
    { annotation: `${ALB}/backend-protocol`, means: 'HTTPS: what the pods speak' },
    { annotation: `${ALB}/backend-protocol-version`, means: 'GRPC: unknown' },
  ],
  listeners: albListeners,
  syntax: ({ value }, _path, pathType) =>
    pathType !== 'ImplementationSpecific' ? 'literal' : isTrue(value(`${ALB}/use-regex-path-match`)) ? 'regex' : 'glob',
  internal: albInternal,
  conditions: `${ALB}/conditions.`,
  backend: [{ annotation: `${ALB}/backend-protocol`, says: 'protocol' }],
  demands: [
    {
      annotation: `${ALB}/inbound-cidrs`,
      when: /^(?!.*(0\.0\.0\.0\/0|::\/0))/,
      why: 'only clients from there are let in',
    },
    { annotation: `${ALB}/mutual-authentication`, when: /verify/, why: 'a client certificate is asked for' },
    { annotation: `${ALB}/backend-protocol-version`, when: /^GRPC$/i, why: 'gRPC is not answered over HTTP/1.1' },
  ],
}

const ALLOW_HTTP = 'kubernetes.io/ingress.allow-http'
const GCE_CERTIFICATES = [
  'ingress.gcp.kubernetes.io/pre-shared-cert',
  'networking.gke.io/managed-certificates',
  'networking.gke.io/v1beta1.managed-certificates',
] as const

function gceListeners(asked: Asked): readonly Listener[] {
  const { tls, value, told } = asked
  const certificates = GCE_CERTIFICATES.filter((name) => value(name) !== null)
  const secure = [...(tls === null ? [] : [tls]), ...certificates.map(told)]
  const closed = isFalse(value(ALLOW_HTTP))
  if (certificates.length === 0 && !closed) {
    return byTls(asked)
  }
  return [
    ...(secure.length === 0 ? [] : [https({ because: secure })]),
    ...(closed ? [] : [tls === null ? http() : (byTls(asked)[1] ?? http())]),
  ]
}

/** https://cloud.google.com/kubernetes-engine/docs/concepts/ingress */
export const gce: IngressController = {
  name: 'GKE Ingress (ingress-gce)',
  sources: [
    'https://cloud.google.com/kubernetes-engine/docs/how-to/load-balance-ingress',
    'https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-multi-ssl',
    'https://github.com/kubernetes/ingress-gce/blob/master/pkg/annotations/ingress.go',
  ],
  controllers: ['k8s.io/ingress-gce', 'networking.gke.io/'],
  classes: ['gce'],
  owns: [
    'ingress.gcp.kubernetes.io/',
    'networking.gke.io/',
    'kubernetes.io/ingress.global-static-ip-name',
    'kubernetes.io/ingress.regional-static-ip-name',
    'ingress.kubernetes.io/url-map',
    'ingress.kubernetes.io/forwarding-rule',
    'ingress.kubernetes.io/https-forwarding-rule',
  ],
  fronts: [],
  sharesTls: false,
  reads: [
    { annotation: ALLOW_HTTP, means: 'false: no plain HTTP' },
    { annotation: GCE_CERTIFICATES[0], means: 'HTTPS with certificates of the project' },
    { annotation: GCE_CERTIFICATES[1], means: 'HTTPS with certificates that Google makes' },
    {
      annotation: GCE_CERTIFICATES[2],
      means: 'the same, as FrontendConfig and ManagedCertificate were named in v1beta1',
    },
    { annotation: 'kubernetes.io/ingress.class', means: 'gce-internal: an internal load balancer' },
    {
      annotation: 'kubernetes.io/ingress.regional-static-ip-name',
      means: 'tells the controller; an address of a region',
    },
    { annotation: 'kubernetes.io/ingress.global-static-ip-name', means: 'tells the controller' },
  ],
  listeners: gceListeners,
  syntax: (_asked, _path, pathType) => (pathType === 'ImplementationSpecific' ? 'glob' : 'literal'),
  internal: ({ ingress, told }) => {
    const name = ingress.ingressClassName ?? ingress.meta.annotations['kubernetes.io/ingress.class']
    if (name !== 'gce-internal') {
      return null
    }
    return ingress.ingressClassName === null
      ? told('kubernetes.io/ingress.class')
      : fieldOf(refOf(ingress), 'spec.ingressClassName', `=${name}`)
  },
}

const AGIC = 'appgw.ingress.kubernetes.io'

/** HTTP is served only without HTTPS, or to redirect from (AGIC `pkg/appgw/ingress_rules.go`). */
function agicListeners({ tls, value, told }: Asked): readonly Listener[] {
  const certificate = `${AGIC}/appgw-ssl-certificate`
  const redirect = `${AGIC}/ssl-redirect`
  const port = portNumber(value(`${AGIC}/override-frontend-port`))
  const because = port === null ? [] : [told(`${AGIC}/override-frontend-port`)]
  const secure = tls ?? (value(certificate) === null ? null : told(certificate))
  if (secure === null) {
    return [http({ port, because })]
  }
  const listener = https({ port, because: [secure, ...because] })
  return isTrue(value(redirect))
    ? [listener, http({ because: [noted(told(redirect), 'plain HTTP is redirected')] })]
    : [listener]
}

/** https://azure.github.io/application-gateway-kubernetes-ingress/annotations/ */
export const agic: IngressController = {
  name: 'Azure Application Gateway (AGIC)',
  sources: [
    'https://azure.github.io/application-gateway-kubernetes-ingress/annotations/',
    'https://github.com/Azure/application-gateway-kubernetes-ingress/blob/master/pkg/appgw/ingress_rules.go',
  ],
  controllers: ['azure/application-gateway'],
  classes: ['application-gateway', 'azure/application-gateway', 'azure-application-gateway'],
  owns: [`${AGIC}/`],
  fronts: [],
  sharesTls: false,
  reads: [
    {
      annotation: `${AGIC}/appgw-ssl-certificate`,
      means: 'HTTPS with a certificate of the gateway; then no plain HTTP',
    },
    { annotation: `${AGIC}/ssl-redirect`, means: 'plain HTTP is there, and redirected' },
    { annotation: `${AGIC}/override-frontend-port`, means: 'the port that is listened on' },
    { annotation: `${AGIC}/use-private-ip`, means: 'the private address of the gateway' },
    { annotation: `${AGIC}/backend-protocol`, means: 'https: what the pods speak' },
    { annotation: `${AGIC}/hostname-extension`, means: 'more hosts with the same rules' },
  ],
  listeners: agicListeners,
  syntax: (_asked, path) => (path.includes('*') ? 'glob' : 'literal'),
  internal: ({ value, told }) => {
    const name = `${AGIC}/use-private-ip`
    return isTrue(value(name)) ? told(name) : null
  },
  backend: [{ annotation: `${AGIC}/backend-protocol`, says: 'protocol' }],
  aliases: [`${AGIC}/hostname-extension`],
}
