import { refOf } from '../../kube/objects.ts'
import { comesFrom, fieldOf } from '../../plan/because.ts'
import { addressless } from '../../plan/gateway/addresses.ts'
import type { Cause, Rule } from '../rule.ts'
import { NO_CONTROLLER } from '../shows.ts'
import { unsure } from '../unseen.ts'

/** A Gateway takes the route and has no address. One from a file has no status to say so. */
export const gatewayWithoutAddress: Rule = {
  code: 'gateway_without_address',
  layer: 'gateway',
  showsAs: NO_CONTROLLER,
  when({ gatewayRoutes, namespace, plan, index }) {
    const attached = gatewayRoutes().parents.flatMap(({ attachments }) => attachments)
    const gateways = new Set(attached.map(({ listener }) => listener.gateway))
    return [...gateways].flatMap((gateway) => {
      const field = fieldOf(refOf(gateway), 'status.addresses')
      const waiting = plan.paths.filter(
        ({ skipped, because }) => skipped?.reason === 'pending' && comesFrom(because, field),
      )
      if (gateway.meta.createdAt === null || waiting.length === 0) {
        return []
      }
      const own = gateway.meta.namespace ?? namespace
      const cause: Cause = {
        confidence: 'certain',
        title: `${refOf(gateway)} has no address`,
        detail: `It takes the route, and ${addressless(gateway)}.`,
        fix: 'See why the Service that its controller made for it has no address; where the Gateway is behind something of your own, name the address in addresses.ingressController.',
        confirm: `kubectl describe gateway -n ${own} ${gateway.meta.name}; kubectl get services -A -l gateway.networking.k8s.io/gateway-name=${gateway.meta.name}`,
        evidence: [{ object: refOf(gateway), field: 'status.addresses', value: gateway.status?.addresses ?? [] }],
        explains: waiting.map(({ id }) => id),
      }
      // A Service of its own may have one.
      return [unsure(cause, index.unread('services', null))]
    })
  },
}
