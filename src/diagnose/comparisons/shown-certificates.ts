/** Groups tries by the certificate that they were shown, and tells who showed it. */
import type { TlsEvidence } from '../../check/network.ts'
import { type Because, becauseText } from '../../plan/because.ts'
import { list } from '../phrases.ts'
import { beginning, routerOn } from '../routers.ts'
import { isDirect, isEndpoint, isOutside, type Seen, type SeenPath } from '../seen.ts'
import { isFieldOfRoute } from './named.ts'

const isTlsEntry = (because: Because): boolean =>
  isFieldOfRoute(because) && because.note === undefined && (because.field?.startsWith('spec.tls[') ?? false)

/** `The Secret that Ingress/toad spec.tls[0] names`. */
export function secretOf(paths: readonly SeenPath[]): string {
  const entries = paths.flatMap(({ path }) =>
    path.because.flatMap((each) => (isTlsEntry(each) ? [becauseText(each)] : [])),
  )
  return entries.length === 0 ? 'The Secret of the certificate' : `The Secret that ${list([...new Set(entries)])} names`
}

export const inSentence = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** One certificate, and the paths that it was shown on. */
export type Shown = { tls: TlsEvidence; paths: readonly SeenPath[]; by: Server; atMs: number }

/** `name` begins a sentence. `plural`: of its verb. */
type Server = { name: string; plural: boolean; fix: string }

const POD_FIX =
  'Renew the certificate that the application itself loads (a Secret mounted into the pod), and let it read it again.'

const serverOf = (paths: readonly SeenPath[], fromPods: boolean): Server => {
  if (fromPods) {
    return { name: 'The pods', plural: true, fix: POD_FIX }
  }
  if (!paths.every(isDirect)) {
    return {
      name: beginning(routerOn(paths).name),
      plural: false,
      fix: `Put the right certificate into ${inSentence(secretOf(paths))} (cert-manager: see its Certificate).`,
    }
  }
  if (paths.some(isOutside)) {
    return { name: 'The server outside', plural: false, fix: 'Whoever runs that server has to change its certificate.' }
  }
  if (paths.some(({ path }) => path.kind === 'LoadBalancer')) {
    return {
      name: 'The load balancer, or the pods behind it,',
      plural: false,
      fix: 'Change the certificate at the load balancer (annotations of the Service), or in the pods if it passes TLS on.',
    }
  }
  return { name: 'The pods', plural: true, fix: POD_FIX }
}

const fingerprint = ({ subject, issuer, notAfter }: TlsEvidence): string => `${subject}\n${issuer}\n${notAfter}`

/** Groups paths by certificate. It is that of the pods if an endpoint shows the same one at its own address. */
export function shown({ all }: Seen, paths: readonly SeenPath[]): Shown[] {
  const byPods = new Set(
    all.flatMap((each) => (isEndpoint(each) && each.result?.tls ? [fingerprint(each.result.tls)] : [])),
  )
  const groups = Map.groupBy(paths, ({ result }) => (result?.tls ? fingerprint(result.tls) : ''))
  return [...groups].flatMap(([key, members]) => {
    const [first] = members
    if (!first?.result?.tls) {
      return []
    }
    const { tls, startedAtMs } = first.result
    return [{ tls, paths: members, by: serverOf(members, byPods.has(key)), atMs: startedAtMs }]
  })
}
