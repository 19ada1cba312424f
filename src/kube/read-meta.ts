import type { Field } from './fields.ts'
import type { Condition, LabelSelector, Labels, LoadBalancerIngress, Meta } from './objects.ts'
import { PROTOCOLS, type Protocol } from './objects.ts'
import { instant, ip, label, labelKey, labelValue, type Rule, subdomain, unlistenable } from './validation.ts'

type MetaOf = {
  namespaced?: boolean
  /** Annotations of this kind may ask for probes. */
  asksForProbes?: boolean
}

/** @param nameRule is the API server's rule for names of this kind. */
export function readMeta(
  object: Field,
  nameRule: Rule,
  { namespaced = true, asksForProbes = false }: MetaOf = {},
): Meta {
  const meta = object.get('metadata')
  const owners = meta.get('ownerReferences').items()
  const owner = owners.find((each) => each.get('controller').value === true) ?? owners[0]
  return {
    name: readName(object, nameRule),
    namespace: namespaced ? meta.get('namespace').matching(label) : null,
    labels: meta.get('labels').labels(),
    annotations: readAnnotations(meta.get('annotations'), asksForProbes),
    createdAt: meta.get('creationTimestamp').matching(instant),
    generation: meta.get('generation').integer(0, Number.MAX_SAFE_INTEGER),
    deletedAt: meta.get('deletionTimestamp').matching(instant),
    owner: owner ? { kind: owner.get('kind').text() ?? '', name: owner.get('name').text() ?? '' } : null,
  }
}

/** Tells whether a cluster gave the object out: rules for new objects alone do not judge a stored one. */
export function isStored(object: Field): boolean {
  const meta = object.get('metadata')
  return ['uid', 'resourceVersion', 'creationTimestamp'].some((key) => meta.has(key))
}

function readName(object: Field, rule: Rule): string {
  const name = object.get('metadata').get('name')
  if (!name.absent && name.value !== '') {
    return name.matching(rule) ?? ''
  }
  const generated = object.get('metadata').has('generateName')
  const why = generated ? 'generateName alone leaves the name to the cluster' : rule.expected
  return name.need(`the object's name: ${why}`).text() ?? ''
}

/** These annotations repeat the whole object, or hold what nothing here reads and may be secret. */
const UNREAD_ANNOTATION = /^kubectl\.kubernetes\.io\/|-snippet$/
/** Annotations are read of these domains: Kubernetes, its controllers, load balancers and meshes. */
const READ_ANNOTATION =
  /^([a-z0-9-]+\.)*(kubernetes\.io|k8s\.io|k8s\.aws|istio\.io|linkerd\.io|cilium\.io|metallb\.io|metallb\.universe\.tf|kube-vip\.io|haproxy\.org|haproxy-ingress\.github\.io|projectcontour\.io|traefik\.io|konghq\.com|cloud\.google\.com|gke\.io|azure\.com|openshift\.io|nginx\.org|nginx\.com|haproxy\.com|hetzner\.cloud|openstack\.org|tencent\.com|oraclecloud\.com|civo\.com|yandex\.cloud)\//

/** Our own annotations, and the one by which other probers are asked. */
const PROBE_ANNOTATION = /^portolan\.dev\/|^prometheus\.io\/probe$/
/**
 * The most characters that are kept of an annotation that asks for probes, one more than are ever used: what is longer
 * is seen to be. The API server takes 256 KiB in all annotations of an object (apimachinery TotalAnnotationSizeLimitB).
 */
export const PROBE_ANNOTATION_MOST = 16_384

function readAnnotations(annotations: Field, asksForProbes: boolean): Labels {
  return Object.fromEntries(
    annotations.entries().flatMap((entry) => {
      const key = String(entry.key)
      if (asksForProbes && PROBE_ANNOTATION.test(key)) {
        return [[key, (entry.text() ?? '').slice(0, PROBE_ANNOTATION_MOST + 1)]]
      }
      return READ_ANNOTATION.test(key) && !UNREAD_ANNOTATION.test(key) ? [[key, entry.text() ?? '']] : []
    }),
  )
}

export const readProtocol = (port: Field): Protocol => port.get('protocol').oneOf(PROTOCOLS) ?? 'TCP'

/** Reads `status.loadBalancer.ingress` of a Service or an Ingress. */
export function readLoadBalancer(object: Field): readonly LoadBalancerIngress[] {
  const entries = object.get('status').get('loadBalancer').get('ingress').items()
  return entries.map((entry) => ({
    ip: entry.get('ip').matching(ip),
    hostname: entry.get('hostname').matching(subdomain),
    ipMode: entry.get('ipMode').oneOf(['VIP', 'Proxy']),
    ports: entry
      .get('ports')
      .items()
      .map((port) => ({
        port: port.get('port').need('a port').port() ?? 0,
        protocol: readProtocol(port),
        error: port.get('error').text(),
      })),
  }))
}

export const readConditions = (object: Field): readonly Condition[] =>
  readConditionsIn(object.get('status').get('conditions'))

export const readConditionsIn = (list: Field): readonly Condition[] =>
  list.items().map((condition) => ({
    type: condition.get('type').need('the type of the condition').text() ?? '',
    status: condition.get('status').need('"True", "False" or "Unknown"').text() ?? '',
    reason: condition.get('reason').text(),
    message: condition.get('message').text(),
  }))

export const readTargetRef = (ref: Field): { kind: string; name: string; namespace: string | null } | null =>
  ref.absent
    ? null
    : {
        kind: ref.get('kind').text() ?? '',
        name: ref.get('name').text() ?? '',
        namespace: ref.get('namespace').text(),
      }

/** An absent selector is `null`; an empty one selects everything. */
export const readSelector = (selector: Field): LabelSelector | null =>
  selector.absent
    ? null
    : {
        matchLabels: selector.get('matchLabels').labels(),
        matchExpressions: selector.get('matchExpressions').items().map(readExpression),
      }

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const

/** apimachinery meta/v1/validation ValidateLabelSelectorRequirement. */
function readExpression(expression: Field): LabelSelector['matchExpressions'][number] {
  const key = expression.get('key').need("a label's key").matching(labelKey) ?? ''
  const operator = expression.get('operator').need('In, NotIn, Exists or DoesNotExist').oneOf(OPERATORS)
  const values = expression.get('values')
  const read = values.items().flatMap((item) => (item.value === '' ? '' : (item.matching(labelValue) ?? [])))
  const isCompared = operator === 'In' || operator === 'NotIn'
  if (isCompared && values.items().length === 0) {
    values.complain("must be specified when `operator` is 'In' or 'NotIn'.")
  } else if (operator !== null && !isCompared && read.length > 0) {
    values.complain("may not be specified when `operator` is 'Exists' or 'DoesNotExist'.")
  }
  return { key, operator: operator ?? '', values: read }
}

/** Reads a list of texts that each fit the rule. */
export const readTexts = (list: Field, rule: Rule | null = null): readonly string[] =>
  list.items().flatMap((item) => (rule ? item.matching(rule) : item.text()) ?? [])

export function refuseUnlistenable(address: Field): Field {
  const why = typeof address.value === 'string' ? unlistenable(address.value) : null
  if (why !== null) {
    address.complain(`${why}.`)
  }
  return address
}
