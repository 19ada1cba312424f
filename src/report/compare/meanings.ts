/**
 * Tells, as data, what a difference means for somebody who moves from one side to the other, and what to do next.
 *
 * @module
 */
import type { Difference, DifferenceKind } from '../../check/compare/difference.ts'

export type Meaning = { means: string; next: string }

/** @property title in a sentence about the request. */
export const DIFFERENCES: Readonly<Record<DifferenceKind, Meaning & { title: string }>> = {
  routing: {
    title: 'only one side routes it',
    means:
      "On one side no rule takes this request: the router answers by itself, and clients get its 404 in place of the application's answer.",
    next: 'Look which rule of the other side promises it (because), and add it, or see why it is not applied: its host, its path and path type, the conditions in its status. POST /v1/plan says why paths are missing.',
  },
  listener: {
    title: 'only one side listens for its scheme',
    means:
      'Clients that use this scheme reach one side, and find nothing on the other; for plain http this is often the redirect to https that gets lost.',
    next: 'Add a listener for this scheme, attach the route to it as well, and give it the redirect if the other side has one.',
  },
  connection: {
    title: 'only one side answers it',
    means:
      'The connection is made on both sides, and one of them breaks it, or never answers: clients see an error where the other side serves them.',
    next: 'Run the command of that side. For TLS, see whether a listener has a certificate for this host; for a timeout, whether the backend is reached.',
  },
  status: {
    title: 'another status',
    means:
      'Clients, caches and monitors act on the status: what worked may now count as an error, or the other way round.',
    next: 'Run both commands. For a redirect, compare its status code (301, 302 and 308 are not kept alike by browsers); for 401 and 403, the authentication before the application; for 5xx, the backend.',
  },
  redirect: {
    title: 'a redirect that leads elsewhere',
    means: 'Browsers end up at another address: another host, scheme, port or path than before, or in a loop.',
    next: 'Compare the redirect filter or annotation of both sides: scheme, hostname, port, and whether the path is replaced as a whole or in its prefix.',
  },
  certificate: {
    title: 'another certificate',
    means:
      'Clients that check names, pin an issuer, or do not know it may refuse the one side. Another end alone means that the two are not the same certificate.',
    next: 'Compare the Secrets that the two sides name for this host. Names must cover every host that is moved; the issuer must be one that clients trust; see that it is renewed where it lies now.',
  },
  header: {
    title: 'another header',
    means:
      'The application or the router sends this header on one side alone, or with another value: what browsers and caches do by it changes.',
    next: 'See which annotation, snippet or filter sets or removes it on the one side, and do the same on the other. Name it in ignoreHeaders if it does not matter.',
  },
  cookie: {
    title: 'another cookie',
    means:
      'A cookie is set on one side alone, or with other attributes: sessions that stick to a pod, or that end at a path or a domain, behave otherwise.',
    next: 'For a cookie of the router (session affinity), set up session persistence on the other side; for one of the application, see what rewrites its path, its domain or its Secure flag.',
  },
  body: {
    title: 'another body',
    means:
      'The two sides do not serve the same content: another backend, another version of it, a rewrite of the path that is missing, or a filter that changes bodies.',
    next: 'Run both commands and compare what comes. See that both rules name the same Service and port, and rewrite the path in the same way.',
  },
}

/** Headers about which more is known. */
const HEADERS: Readonly<Record<string, Partial<Meaning>>> = {
  'strict-transport-security': {
    means: 'Browsers that were told to use https alone are no longer told so, or for another time.',
    next: 'ingress-nginx adds it by default (hsts in its ConfigMap); with Gateway API a ResponseHeaderModifier filter sets it.',
  },
  'access-control-allow-origin': {
    means: 'Scripts of other origins are let in on one side, and refused by browsers on the other.',
    next: 'Move the CORS settings of the annotations to a CORS filter of the route, or to the application.',
  },
  'content-type': { means: 'Browsers may show, run or store what they get in another way.' },
  'content-encoding': { means: 'One side compresses: answers are larger, or smaller, on the way.' },
  'cache-control': { means: 'Browsers and caches keep answers for another time.' },
  'x-frame-options': { means: 'Other sites may, or may no longer, show the page in a frame.' },
  'content-security-policy': { means: 'Browsers load scripts, styles and frames by other rules.' },
  'www-authenticate': { means: 'Clients are asked to log in by another scheme.' },
}

/** Looks up the meaning of a difference: that of its header if there is one, else that of its kind. */
export function meaningOf({ kind, field }: Difference): Meaning {
  const { means, next } = DIFFERENCES[kind]
  const own = kind === 'header' ? HEADERS[field.replace(/^header /, '')] : undefined
  return { means: own?.means ?? means, next: own?.next ?? next }
}
