import { isTrue, listOf } from '../annotations.ts'
import { doubted } from '../because.ts'
import { type Asked, byTls, http, https, type IngressController, type Listener } from './controller.ts'

const ENTRY_POINTS = 'traefik.ingress.kubernetes.io/router.entrypoints'
const ROUTER_TLS = 'traefik.ingress.kubernetes.io/router.tls'
const ROUTER_TLS_PARTS = ['certresolver', 'options', 'domains.0.main'].map((part) => `${ROUTER_TLS}.${part}`)
const FRONTEND_ENTRY_POINTS = 'traefik.ingress.kubernetes.io/frontend-entry-points'
const REDIRECT_ENTRY_POINT = 'traefik.ingress.kubernetes.io/redirect-entry-point'
const PATH_MATCHER = 'traefik.ingress.kubernetes.io/router.pathmatcher'

const NO_PLAIN = 'a router with TLS takes no plain HTTP; an entry point may redirect it'

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
      const only = doubted(told(withTls), NO_PLAIN)
      return [https({ because: [told(withTls), ...(tls === null ? [] : [tls])] }), http({ because: [only] })]
    }
    if (redirect === null || tls !== null) {
      return byTls(asked)
    }
    return [
      https({ because: [told(REDIRECT_ENTRY_POINT)] }),
      http({ because: [doubted(told(REDIRECT_ENTRY_POINT), 'plain HTTP is redirected')] }),
    ]
  }
  const names = listOf(value(entry))
  const schemes = new Set(names.map(schemeOfEntryPoint))
  const because = [told(entry), ...(withTls === undefined ? [] : [told(withTls)]), ...(tls === null ? [] : [tls])]
  if (schemes.has(null) || names.length === 0) {
    const unsure = doubted(told(entry), 'which port and scheme an entry point of that name has, its installation says')
    return [
      https({ because: [...because, ...(withTls === undefined && tls === null ? [unsure] : [])] }),
      http({ because: [unsure] }),
    ]
  }
  if (!schemes.has('https')) {
    // Nobody means TLS on the entry point for plain HTTP.
    if (withTls === undefined && tls === null) {
      return [http({ because })]
    }
    const elsewhere = doubted(told(entry), 'the rule is not on an entry point for HTTPS')
    return [
      https({ because: [elsewhere] }),
      http({
        because: [
          told(entry),
          ...(withTls === undefined ? [] : [doubted(told(withTls), 'a router with TLS takes no plain HTTP')]),
        ],
      }),
    ]
  }
  const secure = https({ because })
  if (!schemes.has('http')) {
    return [secure]
  }
  if (withTls !== undefined) {
    return [secure, http({ because: [doubted(told(withTls), NO_PLAIN)] })]
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
    if (pathType !== 'ImplementationSpecific') {
      return 'literal'
    }
    // Version 2 takes {name:expression} in every matcher.
    return /Regexp/i.test(value(PATH_MATCHER) ?? '') || path.includes('{') ? 'regex' : 'literal'
  },
}
