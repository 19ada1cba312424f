import { type Field, isMapping } from './fields.ts'
import type { NetworkPolicy, NetworkPolicyRule } from './objects.ts'
import { readMeta, readProtocol, readSelector } from './read-meta.ts'
import { cidr, isStrictSubset, subdomain } from './validation.ts'

const POLICY_TYPES = ['Ingress', 'Egress'] as const

/** policyTypes defaults to Ingress, and Egress if there are egress rules (SetDefaults_NetworkPolicy). */
export function readNetworkPolicy(object: Field): NetworkPolicy {
  const spec = object.get('spec')
  const ingress = readRules(spec.get('ingress'), 'from')
  const egress = readRules(spec.get('egress'), 'to')
  const policyTypes = spec.get('policyTypes')
  if (policyTypes.items().length > POLICY_TYPES.length) {
    policyTypes.complain('may not specify more than two policyTypes.')
  }
  const types = policyTypes.items().flatMap((type) => type.oneOf(POLICY_TYPES) ?? [])
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
    peers: rule.get(peersKey).items().map(readPeer),
    ports: rule.get('ports').items().map(readPort),
  }))

/** ValidateNetworkPolicyPeer. */
function readPeer(peer: Field): NetworkPolicyRule['peers'][number] {
  const selects = peer.has('podSelector') || peer.has('namespaceSelector')
  const hasBlock = peer.has('ipBlock')
  if (selects && hasBlock) {
    peer.complain('may not specify both ipBlock and another peer.')
  } else if (!selects && !hasBlock && (peer.absent || isMapping(peer.value))) {
    peer.complain('must specify a peer.')
  }
  return {
    podSelector: readSelector(peer.get('podSelector')),
    namespaceSelector: readSelector(peer.get('namespaceSelector')),
    ipBlock: readBlock(peer.get('ipBlock')),
  }
}

/** pkg/apis/networking/validation ValidateNetworkPolicyPort. */
function readPort(item: Field): NetworkPolicyRule['ports'][number] {
  const port = item.get('port').portRef()
  const endPort = item.get('endPort').port()
  if (endPort !== null && port === null) {
    item.get('endPort').complain('may not be specified when `port` is not specified.')
  } else if (endPort !== null && typeof port === 'string') {
    item.get('endPort').complain('may not be specified when `port` is non-numeric.')
  } else if (endPort !== null && typeof port === 'number' && endPort < port) {
    item.get('endPort').complain('must be greater than or equal to `port`.')
  }
  return { protocol: readProtocol(item), port, endPort }
}

/** ValidateIPBlock. */
function readBlock(block: Field): NetworkPolicyRule['peers'][number]['ipBlock'] {
  if (block.absent) {
    return null
  }
  const range = block.get('cidr').need('a CIDR').matching(cidr)
  const except = block.get('except').items()
  return {
    cidr: range ?? '',
    except: except.flatMap((item) => {
      const part = item.matching(cidr)
      if (part !== null && range !== null && !isStrictSubset(part, range)) {
        item.complain('must be a strict subset of `cidr`.')
      }
      return part ?? []
    }),
  }
}
