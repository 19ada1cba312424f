/** WebSocket: pods that speak it, and what stands before them and does not. */
import { quoted } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { addressOf, failing, idsOf, isTakenOver, passing, type SeenPath, statusOf, triesOf, urlsOf } from '../seen.ts'
import { podsOf } from './protocols.ts'

const isPlain = ({ code }: SeenPath): boolean =>
  code === 'websocket_not_upgraded' || code === 'websocket_handshake_invalid'
const isUpgraded = (each: SeenPath): boolean => statusOf(each) === 101

/** A proxy hands `Upgrade` and `Connection` on only if it was told to: they are for one hop alone (RFC 9110 7.6.1, 7.8). */
export const upgradeNotHandedOn: Rule = {
  code: 'upgrade_not_handed_on',
  layer: 'ingress',
  scope: 'path',
  after: ({ ports }) =>
    ports.flatMap((port) => {
      const bad = failing(port.dialled).filter((each) => isTakenOver(each) && isPlain(each))
      const good = passing(podsOf(port)).filter(isUpgraded)
      const [first] = bad
      if (first === undefined || good.length === 0) {
        return []
      }
      return [
        {
          confidence: 'likely' as const,
          title: `What stands before port ${port.number} does not hand WebSocket on`,
          detail: `${urlsOf(bad)} answers ${list([...new Set(bad.map((each) => `${statusOf(each) ?? each.code}`))])}; asked directly, ${list(good.map(addressOf))} ${good.length === 1 ? 'speaks' : 'speak'} WebSocket (101). The headers Upgrade and Connection are for one hop alone, so that a proxy sends them on only where it was told to, and a cache or a firewall for applications may answer in between.`,
          fix: 'Let the proxy hand the upgrade on: proxy_http_version 1.1 with the headers Upgrade and Connection in nginx, nginx.org/websocket-services for the controller of NGINX; in a CDN or a load balancer turn WebSocket on. Most Ingress controllers and Gateways do it by themselves.',
          confirm: handshakeBy(first),
          evidence: [...triesOf(bad), ...triesOf(good).slice(0, 1)],
          explains: idsOf(bad),
        },
      ]
    }),
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

/** The request for WebSocket as curl makes it. */
function handshakeBy({ path }: SeenPath): string {
  const headers = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
  ]
  return `curl -sik --http1.1 --max-time 5 ${headers.map((line) => `-H ${quoted(line)}`).join(' ')} ${quoted(path.url ?? 'URL')}`
}
