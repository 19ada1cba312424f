/** Certificates that a check does not accept: what is wrong with them, and who shows them. */
import type { FailureCode } from '../../check/codes.ts'
import type { TlsEvidence } from '../../check/network.ts'
import { tlsOf } from '../../plan/check.ts'
import { handshakeOn } from '../commands.ts'
import { count, list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import { isMisfit } from '../rules/backend-tls-policy.ts'
import { failing, idsOf, isDirect, passing, type SeenPath, triesOf, urlsOf } from '../seen.ts'
import { inSentence, type Shown, secretOf, shown } from './shown-certificates.ts'

const DAY_MS = 86_400_000

/** Subjects of certificates that controllers make for themselves (ingress-nginx internal/net/ssl; Traefik). */
const OWN_CERTIFICATES = ['Kubernetes Ingress Controller Fake Certificate', 'TRAEFIK DEFAULT CERT']

const isDefault = (each: SeenPath): boolean =>
  !isDirect(each) && OWN_CERTIFICATES.some((name) => each.result?.tls?.subject?.includes(name))

export const ingressDefaultCertificate: Rule = {
  code: 'ingress_default_certificate',
  layer: 'tls',
  after: ({ all }, { namespace }) => {
    const bad = failing(all).filter(isDefault)
    if (bad.length === 0) {
      return []
    }
    return [
      {
        confidence: 'certain',
        title: 'The controller shows its own certificate instead of that of the host',
        detail: `${urlsOf(bad)}: the certificate is "${bad[0]?.result?.tls?.subject}". ${secretOf(bad)} is missing, is not of type kubernetes.io/tls, or its certificate is not for this host.`,
        fix: 'Make the Secret in the namespace of the Ingress, with tls.crt and tls.key for the host (cert-manager: see its Certificate).',
        confirm: `kubectl describe ingress -n ${namespace}; kubectl get secrets -n ${namespace} --field-selector type=kubernetes.io/tls`,
        evidence: triesOf(bad),
        explains: idsOf(bad),
      },
    ]
  },
}

/** The meaning of each verification code of an untrusted certificate (OpenSSL's names, as Node gives them). */
const TRUST: Readonly<Record<string, 'self_signed' | 'leaf_only' | 'root_unknown'>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self_signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'root_unknown',
  UNABLE_TO_GET_ISSUER_CERT: 'root_unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'root_unknown',
  // The server has sent no more than its own certificate
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'leaf_only',
}

/** Organisations whose roots clients trust: a chain that ends before one is incomplete. Roots sign no servers. */
const PUBLIC_AUTHORITIES =
  /\bO=(Let's Encrypt|Google Trust Services|DigiCert|Sectigo|ZeroSSL|GlobalSign|Amazon|GoDaddy\.com|Starfield|Entrust|IdenTrust|Microsoft Corporation|Buypass|Actalis|Certum|Asseco|SSL Corp|QuoVadis|SwissSign|Telia|GEANT|HARICA|Hellenic Academic)/i

const isPublic = ({ issuer }: TlsEvidence): boolean => issuer !== null && PUBLIC_AUTHORITIES.test(issuer)
/** Tells whether Let's Encrypt issued it for trying out, so that nobody trusts it. */
const isStaging = ({ issuer }: TlsEvidence): boolean => issuer?.includes('STAGING') ?? false

const checkOf = ({ path, result }: SeenPath) => path.checks.find(({ name }) => name === result?.check)

/** Tells whether the check says whom to trust. */
function hasCa(seen: SeenPath): boolean {
  const check = checkOf(seen)
  return check !== undefined && (tlsOf(check)?.caPem ?? null) !== null
}

type Flaw = {
  code: string
  of: FailureCode
  /** Chooses between flaws that have the same failure code. */
  when?(tls: TlsEvidence, seen: SeenPath): boolean
  confidence: Cause['confidence']
  title(shown: Shown): string
  detail(shown: Shown): string
  fix?(shown: Shown): string
}

const shows = ({ by }: Shown): string => `${by.name} ${by.plural ? 'show' : 'shows'}`
const days = (ms: number): string => `${(Math.abs(ms) / DAY_MS).toFixed(1)} days`
const namesIn = ({ altNames, subject }: TlsEvidence): string =>
  altNames.length > 0 ? list(altNames, 4) : (subject ?? 'nobody')
/** The names that the certificate was held against. */
const askedFor = ({ paths }: Shown): string =>
  list(
    [
      ...new Set(
        paths.map((each) => {
          const { path } = each
          const check = checkOf(each)
          const said = check === undefined ? null : (tlsOf(check)?.serverName ?? null)
          return said ?? path.serverName ?? path.address ?? ''
        }),
      ),
    ],
    3,
  )

const FLAWS: readonly Flaw[] = [
  {
    code: 'certificate_expired',
    of: 'certificate_expired',
    confidence: 'certain',
    title: (seen) => `${shows(seen)} a certificate that has expired`,
    detail: ({ tls, atMs }) =>
      `It was valid until ${tls.notAfter}, ${days(atMs - Date.parse(tls.notAfter ?? ''))} before the try. Whatever renews it has stopped, or its server still holds the old one.`,
  },
  {
    code: 'certificate_not_yet_valid',
    of: 'certificate_not_yet_valid',
    confidence: 'certain',
    title: (seen) => `${shows(seen)} a certificate that is not valid yet`,
    detail: ({ tls, atMs }) =>
      `It is valid from ${tls.notBefore}, ${days(Date.parse(tls.notBefore ?? '') - atMs)} after the try. Either it was put in place too early, or a clock is wrong: the issuer's, or the prober's.`,
  },
  {
    code: 'certificate_for_other_name',
    of: 'certificate_name_mismatch',
    confidence: 'certain',
    title: (seen) => `${shows(seen)} a certificate for ${namesIn(seen.tls)}, not for ${askedFor(seen)}`,
    detail: ({ tls }) =>
      `Clients that use that name refuse it${tls.altNames.some((name) => name.startsWith('*.')) ? ' (a wildcard stands for one label only)' : ''}.`,
    fix: ({ by, paths }) =>
      paths.every(({ path }) => path.kind === 'LoadBalancer')
        ? `If clients come by another name than the load balancer's own, give that one: tls.serverName of the check. Else: ${inSentence(by.fix)}`
        : by.fix,
  },
  {
    code: 'certificate_self_signed',
    of: 'certificate_untrusted',
    when: ({ authorizationError }) => TRUST[authorizationError ?? ''] === 'self_signed',
    confidence: 'certain',
    title: (seen) => `${shows(seen)} a self-signed certificate`,
    detail: () =>
      'No authority vouches for it: a default of the server, or one made by hand. Only clients that have this very certificate can trust it.',
    fix: ({ by }) =>
      `${by.fix} If it is meant to be so, give it to the check (tls.caPem), or turn verification off in the check (tls.insecureSkipVerify).`,
  },
  {
    code: 'certificate_chain_incomplete',
    of: 'certificate_untrusted',
    when: (tls, seen) => TRUST[tls.authorizationError ?? ''] !== undefined && (isPublic(tls) || hasCa(seen)),
    confidence: 'likely',
    title: (seen) => `${shows(seen)} a certificate without the chain that leads to its authority`,
    detail: ({ tls, paths }) =>
      paths.some(hasCa)
        ? `Its issuer (${tls.issuer}) is not in the check's tls.caPem, and what was sent does not lead from one to the other: an intermediate certificate is missing, or the caPem is that of another authority.`
        : `Its issuer (${tls.issuer}) belongs to a public authority, and what was sent does not lead to a root of it. Browsers often fetch or remember what is missing; curl, Node and Java do not.`,
    fix: ({ by, paths }) =>
      `Put the certificate and all intermediate ones, in that order, into tls.crt (often called fullchain.pem). ${paths.some(hasCa) ? `If they are there, give the authority that has issued them as caPem. ${by.fix}` : by.fix}`,
  },
  {
    code: 'certificate_issuer_unknown',
    of: 'certificate_untrusted',
    when: () => true,
    confidence: 'likely',
    title: (seen) => `${shows(seen)} a certificate of an authority that the prober does not know`,
    detail: ({ tls }) =>
      `Its issuer is ${tls.issuer ?? 'not told'}${tls.authorizationError === null ? '' : ` (${tls.authorizationError})`}. ${
        isStaging(tls)
          ? "That is Let's Encrypt's staging environment, which nobody trusts: the Issuer of cert-manager still names it."
          : TRUST[tls.authorizationError ?? ''] === 'leaf_only'
            ? 'A private authority, most likely; were it a public one, an intermediate certificate would be missing in tls.crt: the server has sent its own certificate alone.'
            : 'A private authority, most likely: clients that know it accept the certificate.'
      }`,
    fix: ({ tls, by }) =>
      isStaging(tls)
        ? 'Let the Issuer name the production server of ACME, and delete the Secret, so that it is issued anew.'
        : `Give the authority to the check (tls.caPem) or to Portolan (NODE_EXTRA_CA_CERTS). If clients do not know it either: ${inSentence(by.fix)}`,
  },
]

const flawOf = (each: SeenPath): Flaw | undefined => {
  const { code, result } = each
  return FLAWS.find(({ of, when }) => of === code && (when === undefined || (result?.tls && when(result.tls, each))))
}

const causeOf = (seen: Shown, flaw: Omit<Flaw, 'of' | 'code'>, explains: readonly string[]): Cause => {
  return {
    confidence: flaw.confidence,
    title: flaw.title(seen),
    detail: `${urlsOf(seen.paths)}: ${flaw.detail(seen)} Subject: ${seen.tls.subject || '(empty)'}; names: ${namesIn(seen.tls)}; issuer: ${seen.tls.issuer}.`,
    fix: (flaw.fix ?? (({ by }) => by.fix))(seen),
    confirm: `${handshakeOn(seen.paths[0])} | openssl x509 -noout -subject -issuer -dates -ext subjectAltName`,
    evidence: triesOf(seen.paths),
    explains,
  }
}

const rule = (flaw: Flaw): Rule => ({
  code: flaw.code,
  layer: 'tls',
  after: (seen) => {
    // A policy that asks too much of the pods is wrong itself, or they are.
    const bad = failing(seen.all).filter((each) => !isDefault(each) && !isMisfit(each) && flawOf(each) === flaw)
    return shown(seen, bad).map((each) => causeOf(each, flaw, idsOf(each.paths)))
  },
})

export const certificateFlaws: readonly Rule[] = FLAWS.map(rule)

/** By then a certificate should be renewed: cert-manager and certbot do so when a third of its lifetime is left. */
const SOON = { lifeLeft: 0.1, days: 14 }

/** A certificate that was accepted and will not be for long, though no check asks for more. */
function isAlmostOver({ path, result }: SeenPath): boolean {
  const { notBefore, notAfter, authorized } = result?.tls ?? {}
  if (!result || !notBefore || !notAfter || authorized !== true || path.expected === 'unreachable') {
    return false
  }
  const leftMs = Date.parse(notAfter) - result.startedAtMs
  const lifeMs = Date.parse(notAfter) - Date.parse(notBefore)
  return leftMs < Math.min(SOON.days * DAY_MS, SOON.lifeLeft * lifeMs)
}

export const certificateExpiresSoon: Rule = {
  code: 'certificate_expires_soon',
  layer: 'tls',
  after: (seen) => {
    const bad = failing(seen.all).filter(({ code }) => code === 'certificate_expires_soon')
    const almost = passing(seen.all).filter(isAlmostOver)
    return shown(seen, [...bad, ...almost]).map((each) =>
      causeOf(
        each,
        {
          confidence: 'certain',
          title: (of) =>
            `${shows(of)} a certificate that expires in ${days(Date.parse(of.tls.notAfter ?? '') - of.atMs)}`,
          detail: ({ tls, paths }) =>
            `It is valid until ${tls.notAfter}; from then on clients refuse ${count(paths.length, 'path')}. ${paths.some(({ passed }) => !passed) ? 'The check asks for more (tls.minDaysToExpiry).' : 'Less than a tenth of its lifetime is left: it should have been renewed by now.'}`,
        },
        idsOf(failing(each.paths)),
      ),
    )
  },
}
