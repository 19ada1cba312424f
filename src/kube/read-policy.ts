import type { Field } from './fields.ts'
import type { NetworkPolicy, NetworkPolicyRule } from './objects.ts'
import { readMeta, readProtocol, readSelector, readTexts } from './read-meta.ts'
import { cidr, subdomain } from './rules.ts'

const POLICY_TYPES = ['Ingress', 'Egress'] as const

/** Default of policyTypes: Ingress always, Egress if there are egress rules (SetDefaults_NetworkPolicy). */
export function readNetworkPolicy(object: Field): NetworkPolicy {
  const spec = object.get('spec')
  const ingress = readRules(spec.get('ingress'), 'from')
  const egress = readRules(spec.get('egress'), 'to')
  const types = spec
    .get('policyTypes')
    .items()
    .flatMap((type) => type.oneOf(POLICY_TYPES) ?? [])
  return {
    kind: 'NetworkPolicy',
    meta: readMeta(object, subdomain),
    podSelector: readSelector(spec.get('podSelector')) ?? { matchLabels: {}, matchExpressions: [] },
    policyTypes: types.length > 0 ? types : egress.length > 0 ? POLICY_TYPES : ['Ingress'],
    ingress,
    egress,
  }
}

const readRules = (list: Field, peersKey: 'from' | 'to'): readonly NetworkPolicyRule[] =>
  list.items().map((rule) => ({
    peers: rule
      .get(peersKey)
      .items()
      .map((peer) => ({
        podSelector: readSelector(peer.get('podSelector')),
        namespaceSelector: readSelector(peer.get('namespaceSelector')),
        ipBlock: readBlock(peer.get('ipBlock')),
      })),
    ports: rule.get('ports').items().map(readPort),
  }))

/** pkg/apis/networking/validation ValidateNetworkPolicyPort. */
function readPort(item: Field): NetworkPolicyRule['ports'][number] {
  const port = item.get('port').portRef()
  const endPort = item.get('endPort').port()
  if (endPort !== null && port === null)
    item.get('endPort').complain('may not be specified when `port` is not specified.')
  else if (endPort !== null && typeof port === 'string') {
    item.get('endPort').complain('may not be specified when `port` is non-numeric.')
  } else if (endPort !== null && typeof port === 'number' && endPort < port) {
    item.get('endPort').complain('must be greater than or equal to `port`.')
  }
  return { protocol: readProtocol(item), port, endPort }
}

const readBlock = (block: Field): { cidr: string; except: readonly string[] } | null =>
  block.absent
    ? null
    : { cidr: block.get('cidr').need('a CIDR').matching(cidr) ?? '', except: readTexts(block.get('except'), cidr) }
