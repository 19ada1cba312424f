import type { Field } from './fields.ts'
import type { GatewayRoute } from './objects.ts'
import { readMeta } from './read-meta.ts'
import { label, subdomain } from './validation.ts'

/** Reads the Services that a route of the Gateway API names, and its Gateways. A Gateway itself names no Service. */
export const readGatewayRoute =
  (kind: GatewayRoute['kind']) =>
  (object: Field): GatewayRoute => ({
    kind,
    meta: readMeta(object, subdomain),
    gateways: object
      .get('spec')
      .get('parentRefs')
      .items()
      .filter(isGateway)
      .flatMap((ref) => ref.get('name').text() ?? []),
    backends: kind === 'Gateway' ? [] : object.get('spec').get('rules').items().flatMap(readBackends),
  })

const isGateway = (ref: Field): boolean => (ref.get('kind').text() ?? 'Gateway') === 'Gateway'

const readBackends = (rule: Field): GatewayRoute['backends'] =>
  rule
    .get('backendRefs')
    .items()
    .filter((ref) => (ref.get('kind').text() ?? 'Service') === 'Service' && ref.get('group').text() === null)
    .map((ref) => ({
      name: ref.get('name').need("the Service's name").matching(label) ?? '',
      namespace: ref.get('namespace').matching(label),
      port: ref.get('port').port(),
    }))
