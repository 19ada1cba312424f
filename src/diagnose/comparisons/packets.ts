/** Packets that are lost: some of them, or the large ones. */

import { schemeOf } from '../../check/http-request.ts'
import type { Telling } from '../../check/result.ts'
import { KINDS } from '../../plan/kinds.ts'
import { controlOf, controlsAbout, safeCheckOf } from '../controls.ts'
import { count, list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import {
  addressOf,
  failing,
  idsOf,
  isGatewayError,
  isHanging,
  isSilent,
  passing,
  type SeenPath,
  type SeenPort,
  triesOf,
} from '../seen.ts'

/**
 * A SYN that was not answered is sent again after 1, 3 and 7 s (RFC 6298 2.1 and 5.5; Linux TCP_TIMEOUT_INIT). A
 * busy process does not delay that: the kernel makes the connection.
 */
const SENT_AGAIN_MS = [1000, 3000, 7000]
const LATE_MS = 250

const isSentAgain = ({ timings: { connectMs } }: Telling): boolean =>
  connectMs !== null && SENT_AGAIN_MS.some((ms) => connectMs >= ms - 20 && connectMs <= ms + LATE_MS)

const PROMPT_MS = 500

/** Packets are lost on the way to all addresses, and so near the prober. */
export const packetLoss: Rule = {
  code: 'packet_loss',
  layer: 'network',
  scope: 'network',
  unless: ['prober_reaches_nothing'],
  after: ({ all, ports }): Cause[] => {
    const tries = all.flatMap(({ told }) => told)
    const connected = tries.filter(({ timings }) => timings.connectMs !== null)
    const late = connected.filter(isSentAgain)
    const prompt = connected.filter(({ timings }) => (timings.connectMs ?? 0) < PROMPT_MS)
    const addresses = new Set(late.map(({ resolvedAddress }) => resolvedAddress))
    // One address that is in many places is lost where one of these is down
    const isLed = ({ path }: SeenPath): boolean => ['machines', 'router'].includes(KINDS[path.kind].between ?? '')
    const isDown = (each: SeenPath): boolean => each.path.kind === 'NodePort' && isSilent(each) && !each.unsteady
    if (all.some(isDown) && all.filter(({ told }) => told.some(isSentAgain)).every(isLed)) {
      return []
    }
    // Delays at one address alone come from what that address leads to.
    if (late.length < 2 || addresses.size < 2 || prompt.length === 0) {
      return []
    }
    const unsteady = ports.flatMap(({ dialled }) => dialled.filter((each) => each.unsteady))
    const asked = failing(all).filter(({ code }) => code === 'dns_timeout')
    const lost = [
      ...unsteady,
      ...failing(all).filter((each) => each.code === 'connect_timeout' && each.tries === 1),
      ...asked,
    ]
    const explained = [...new Map(lost.map((each) => [each.path.id, each])).values()]
    const shown = all.filter(({ told }) => told.some(isSentAgain))
    return [
      {
        confidence: 'likely',
        title: `Packets are lost between the prober and the cluster: ${count(late.length, 'connection')} of ${connected.length} took a second attempt`,
        detail: `${list(late.map(({ resolvedAddress, timings }) => `${resolvedAddress} (${Math.round(timings.connectMs ?? 0)} ms)`))}: an attempt that nobody answers is repeated after 1 s and after 3 s; the others took less than ${PROMPT_MS} ms. It affects ${count(addresses.size, 'address')}, so the cause is no single pod or node, and no busy application: the kernel of a busy one answers at once.`,
        fix: "See the errors and drops of the interfaces on the prober's node (ip -s link), its table of connections (conntrack -S), and the links and rate limits between.",
        confirm: "ip -s link; conntrack -S; ping -c 100 -i 0.2 ADDRESS # on the prober's node",
        evidence: triesOf(shown),
        explains: idsOf(explained),
      },
    ]
  },
}

/** Larger than any frame that goes between nodes, smaller than what servers take of a header (8 kB). */
const PADDING = 2000

const hangsAtPods = (port: SeenPort): readonly SeenPath[] =>
  port.endpoints.filter((each) => isHanging(each) && each.code !== 'tls_timeout' && !each.unsteady)

const isAnswered = ({ http }: Telling): boolean => http !== null
const hangs = ({ failure }: Telling): boolean =>
  failure?.code === 'response_timeout' || failure?.code === 'body_timeout'

/** Names the nodes of the paths that hang; `null` if a path that answers is on one of them, or a node is not known. */
function byNode(port: SeenPort, bad: readonly SeenPath[]): string | null {
  const good = new Set(passing(port.endpoints).map(({ path }) => path.node))
  const nodes = [...new Set(bad.map(({ path }) => path.node))]
  if (good.size === 0 || nodes.includes(null) || good.has(null) || nodes.some((node) => good.has(node))) {
    return null
  }
  return list(nodes.flatMap((node) => node ?? []))
}

export const FIX_MTU =
  'Set the MTU of the pod network to that of the nodes less the overhead of its encapsulation (Calico: vethuMTU; Flannel and Cilium take it from the interface, or by MTU), and let ICMP "fragmentation needed" through.'

/** Small packets arrive, full ones do not. */
export const mtuTooSmall: Rule = {
  code: 'mtu_too_small',
  layer: 'network',
  scope: 'network',
  unless: ['prober_reaches_nothing', 'one_family_fails'],
  asks: (seen) =>
    seen.ports.flatMap((port) =>
      hangsAtPods(port)
        .slice(0, 1)
        .flatMap((end) => {
          const check = safeCheckOf(end)
          if (check === null) {
            return []
          }
          const ask = {
            type: 'http' as const,
            scheme: schemeOf(end.path, check),
            serverName: end.path.serverName,
            method: 'HEAD' as const,
          }
          return [
            ...controlOf(end, 'small_answer', ask),
            ...controlOf(end, 'large_request', { ...ask, padding: PADDING }),
          ]
        }),
    ),
  after: (seen) =>
    seen.ports.flatMap((port): Cause[] => {
      const bad = hangsAtPods(port)
      const small = bad.flatMap((end) => controlsAbout(seen, 'small_answer', end))
      const large = bad.flatMap((end) => controlsAbout(seen, 'large_request', end))
      if (!small.some(isAnswered)) {
        return []
      }
      const proven = large.some(hangs)
      const nodes = byNode(port, bad)
      const begun = bad.every(({ code }) => code === 'body_timeout')
      if (!proven && !(nodes !== null && begun)) {
        return []
      }
      return [
        {
          confidence: 'likely',
          title: 'Small packets arrive, full ones do not: the MTU does not fit the way',
          detail: `${list(bad.map((each) => `${addressOf(each)} (${each.code})`))}. A short question to the same pod is answered${proven ? `, and not one of ${PADDING} bytes more` : ', and of a long answer only the beginning comes'}${nodes === null ? '' : `; pods that answer whole are on other nodes than ${nodes}`}. Somewhere on the way packets of full size are dropped and nobody is told: the overlay (VXLAN takes 50 bytes, WireGuard 60 to 80, IP-in-IP 20), a VPN or a tunnel leaves less room than the interfaces of the pods think.`,
          fix: FIX_MTU,
          confirm: `ping -M do -s 1472 -c 3 ${bad[0]?.path.address}; ping -M do -s 1300 -c 3 ${bad[0]?.path.address} # from a pod on the prober's node`,
          evidence: [...triesOf(bad), ...[...small, ...large].map(({ pathId, id }) => ({ path: pathId, result: id }))],
          explains: idsOf(failing(port.dialled).filter((each) => isHanging(each) || isGatewayError(each))),
        },
      ]
    }),
}
