import { describe, expect, it } from 'vitest'
import { ingress, ingressClass, loadBalancerStatus, node, service, slice } from '../../../test/support/manifests.ts'
import { planInput } from '../../../test/support/plan-text.ts'
import { seenAs, type Told } from '../../../test/support/seen.ts'
import type { TlsEvidence } from '../../check/network.ts'
import type { PathKind } from '../../plan/kinds.ts'
import type { PlannedPath } from '../../plan/path.ts'
import { planPaths } from '../../plan/plan.ts'
import { diagnoseJob } from '../diagnose.ts'
import type { Finding } from '../finding.ts'

const DAY_MS = 86_400_000
/** `seenAs` makes up its tries at this time. */
const NOW_MS = 0
const inDays = (days: number): string => new Date(NOW_MS + days * DAY_MS).toISOString()

const GOOD: TlsEvidence = {
  subject: 'CN=toad.example.com',
  issuer: 'C=US, O=ACME Pond, CN=Pond CA',
  altNames: ['toad.example.com'],
  notBefore: inDays(-30),
  notAfter: inDays(60),
  authorized: true,
  authorizationError: null,
  protocol: 'TLSv1.3',
}
const bad = (authorizationError: string, more: Partial<TlsEvidence> = {}): TlsEvidence => ({
  ...GOOD,
  authorized: false,
  authorizationError,
  ...more,
})

const BY_INGRESS = [
  service({ ports: [{ name: 'https', port: 443, targetPort: 8443 }] }),
  slice([{ at: '10.244.1.5' }], { ports: [{ name: 'https', port: 8443 }] }),
  node('node-1', { InternalIP: '10.0.0.11' }),
  ingress([{ port: 443 }], { tls: [{ hosts: ['toad.example.com'], secretName: 'toad-tls' }] }),
  ingressClass('nginx', 'k8s.io/ingress-nginx'),
]
const BY_LOAD_BALANCER = [
  service(
    { type: 'LoadBalancer', ports: [{ name: 'https', port: 443, targetPort: 8443 }] },
    {},
    loadBalancerStatus({ hostname: 'lb-1.elb.example.net' }),
  ),
  ...BY_INGRESS.slice(1, 3),
]
const OUTSIDE = [
  service({ type: 'ExternalName', externalName: 'api.example.com', ports: [{ name: 'https', port: 443 }] }),
]

type Saw = (path: PlannedPath) => [Told, TlsEvidence | null]

function findings(manifests: readonly unknown[], saw: Saw): readonly Finding[] {
  const plan = planPaths(planInput(manifests, { target: { namespace: 'pond', service: 'toad' } }))
  const tested = plan.paths.map((path) => {
    const [told, tls] = path.scheme === 'https' ? saw(path) : (['pass', null] as const)
    return seenAs(path, told, { tls })
  })
  return diagnoseJob({ status: 'unknown', findings: [] }, tested, plan).findings
}

const at =
  (kind: PathKind, told: Told, tls: TlsEvidence | null): Saw =>
  (path) =>
    path.kind === kind ? [told, tls] : ['pass', null]

const lines = (of: readonly Finding[]): string[] =>
  of.map(({ code, confidence, title, explains }) => `${code} ${confidence} (${explains.length}): ${title}`)

describe('what is wrong with a certificate', () => {
  it.each<[string, Told, TlsEvidence, string]>([
    [
      'that has expired',
      'certificate_expired',
      bad('CERT_HAS_EXPIRED', { notAfter: inDays(-3) }),
      'certificate_expired certain (1): The Ingress controller shows a certificate that has expired',
    ],
    [
      'that is not valid yet',
      'certificate_not_yet_valid',
      bad('CERT_NOT_YET_VALID', { notBefore: inDays(2) }),
      'certificate_not_yet_valid certain (1): The Ingress controller shows a certificate that is not valid yet',
    ],
    [
      'for another name',
      'certificate_name_mismatch',
      bad('ERR_TLS_CERT_ALTNAME_INVALID', { altNames: ['frog.example.com', '*.frog.example.com'] }),
      'certificate_for_other_name certain (1): The Ingress controller shows a certificate for frog.example.com, *.frog.example.com, not for toad.example.com',
    ],
    [
      'that has signed itself',
      'certificate_untrusted',
      bad('DEPTH_ZERO_SELF_SIGNED_CERT'),
      'certificate_self_signed certain (1): The Ingress controller shows a self-signed certificate',
    ],
    [
      'of a private authority, sent alone',
      'certificate_untrusted',
      bad('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
      'certificate_issuer_unknown likely (1): The Ingress controller shows a certificate of an authority that the prober does not know',
    ],
    [
      'of a private authority, sent with its root',
      'certificate_untrusted',
      bad('SELF_SIGNED_CERT_IN_CHAIN'),
      'certificate_issuer_unknown likely (1): The Ingress controller shows a certificate of an authority that the prober does not know',
    ],
    [
      "of Let's Encrypt's staging environment",
      'certificate_untrusted',
      bad('UNABLE_TO_GET_ISSUER_CERT_LOCALLY', {
        issuer: "C=US, O=(STAGING) Let's Encrypt, CN=(STAGING) Riddling R12",
      }),
      'certificate_issuer_unknown likely (1): The Ingress controller shows a certificate of an authority that the prober does not know',
    ],
    [
      'of a public authority, sent alone',
      'certificate_untrusted',
      bad('UNABLE_TO_VERIFY_LEAF_SIGNATURE', { issuer: "C=US, O=Let's Encrypt, CN=R11" }),
      'certificate_chain_incomplete likely (1): The Ingress controller shows a certificate without the chain that leads to its authority',
    ],
    [
      'that the check finds too old',
      'certificate_expires_soon',
      { ...GOOD, notAfter: inDays(5.25) },
      'certificate_expires_soon certain (1): The Ingress controller shows a certificate that expires in 5.3 days',
    ],
  ])('one %s is told', (_what, told, tls, expected) => {
    expect(lines(findings(BY_INGRESS, at('Ingress', told, tls)))).toEqual([expected])
  })

  it('says nothing where the certificate is good, or another thing fails', () => {
    expect(lines(findings(BY_INGRESS, at('Ingress', 'pass', GOOD)))).toEqual([])
    expect(lines(findings(BY_INGRESS, at('Ingress', 503, GOOD)))).toEqual([
      'ingress_has_no_backend likely (1): The controller has no endpoint for it',
    ])
  })

  it('says nothing of a certificate that nobody saw', () => {
    expect(lines(findings(BY_INGRESS, at('Ingress', 'certificate_untrusted', null)))).toEqual([])
  })

  it('warns of a certificate that should have been renewed, which fails nothing', () => {
    const left = (days: number, life: number) => ({ ...GOOD, notAfter: inDays(days), notBefore: inDays(days - life) })
    const told = (tls: TlsEvidence) => lines(findings(BY_INGRESS, at('Ingress', 'pass', tls)))
    expect(told(left(8, 90))).toEqual([
      'certificate_expires_soon certain (0): The Ingress controller shows a certificate that expires in 8.0 days',
    ])
    expect(told(left(10, 90))).toEqual([])
    // A year's: fourteen days, not a tenth of it.
    expect(told(left(20, 365))).toEqual([])
    // A day's, as meshes issue them, is renewed when half of it is over.
    expect(told(left(0.4, 1))).toEqual([])
    expect(told({ ...left(8, 90), authorized: false })).toEqual([])
  })
})

describe('who shows a certificate', () => {
  const expired = bad('CERT_HAS_EXPIRED', { notAfter: inDays(-3) })
  const titleAndFix = (of: readonly Finding[]) => of.map(({ title, fix }) => [title, fix])

  it('is the controller, by the Secret that the Ingress names', () => {
    expect(titleAndFix(findings(BY_INGRESS, at('Ingress', 'certificate_expired', expired)))).toEqual([
      [
        'The Ingress controller shows a certificate that has expired',
        'Put the right certificate into the Secret that Ingress/toad spec.tls[0] names (cert-manager: see its Certificate).',
      ],
    ])
  })

  it('is the pods, where they show the same at their own addresses: TLS is passed on to them', () => {
    const passedOn: Saw = ({ kind }) =>
      kind === 'Ingress' ? ['certificate_expired', expired] : ['pass', kind === 'Endpoint' ? expired : null]
    expect(findings(BY_INGRESS, passedOn).map(({ title }) => title)).toEqual([
      'The pods show a certificate that has expired',
    ])
  })

  it('is the load balancer or what is behind it, where clients may come by another name', () => {
    const other = bad('ERR_TLS_CERT_ALTNAME_INVALID')
    const [finding] = findings(BY_LOAD_BALANCER, at('LoadBalancer', 'certificate_name_mismatch', other))
    expect([finding?.title, finding?.fix]).toEqual([
      'The load balancer, or the pods behind it, shows a certificate for toad.example.com, not for lb-1.elb.example.net',
      "If clients come by another name than the load balancer's own, give that one: tls.serverName of the check. Else: change the certificate at the load balancer (annotations of the Service), or in the pods if it passes TLS on.",
    ])
  })

  it('is a server outside for an external name', () => {
    expect(findings(OUTSIDE, at('ExternalName', 'certificate_expired', expired)).map(({ title }) => title)).toEqual([
      'The server outside shows a certificate that has expired',
    ])
  })

  it('is told once for all who were shown the same', () => {
    const saw: Saw = ({ kind }) => (kind === 'DNS' ? ['pass', null] : ['certificate_expired', expired])
    expect(lines(findings(BY_INGRESS, saw))).toEqual([
      'certificate_expired certain (3): The pods show a certificate that has expired',
    ])
  })
})

it('says that the chain is incomplete where the check brings an authority that it does not lead to', () => {
  const input = planInput(BY_INGRESS, { target: { namespace: 'pond', service: 'toad' } })
  const plan = planPaths(input)
  const tested = plan.paths.map((path) => {
    const checks = path.checks.map((check) =>
      check.type === 'http' ? { ...check, tls: { ...check.tls, caPem: '-----BEGIN CERTIFICATE-----' } } : check,
    )
    const isBad = path.kind === 'Ingress' && path.scheme === 'https'
    const tls = isBad ? bad('UNABLE_TO_VERIFY_LEAF_SIGNATURE') : null
    return seenAs({ ...path, checks }, isBad ? 'certificate_untrusted' : 'pass', { tls })
  })
  const [finding] = diagnoseJob({ status: 'unknown', findings: [] }, tested, plan).findings
  expect([finding?.code, finding?.detail]).toEqual([
    'certificate_chain_incomplete',
    expect.stringContaining("is not in the check's tls.caPem"),
  ])
})
