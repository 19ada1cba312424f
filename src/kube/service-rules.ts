/**
 * Fields that do not go with the type, affinity or family policy of a Service. API servers of all versions that know the
 * field refuse by these rules, in these words (kubernetes 1.34 pkg/apis/core/validation/validation.go, the function
 * beside each). A value that an object accepted earlier may still hold is not refused.
 *
 * @module
 */
import type { Field } from './fields.ts'
import type { ServiceType } from './objects.ts'
import { cidr } from './validation.ts'

export type ServiceFacts = { type: ServiceType; hasExternalIPs: boolean; policy: string | null }

type Rule = {
  field: string
  /** Tells whether the API server refuses the field. */
  refuses: (facts: ServiceFacts) => boolean
  words: string
  advice: string
}

const isBalanced = ({ type }: ServiceFacts): boolean => type === 'LoadBalancer'
/** apiservice.ExternallyAccessible. Versions before 1.26 did not count external IPs; what any version takes is taken. */
const isExternal = ({ type, hasExternalIPs }: ServiceFacts): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && hasExternalIPs)

const ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'"
const NOT_FOR_NAMES = 'may not be set for ExternalName services'
const LEAVE_OUT = 'Leave it out.'
const OR_BALANCE = 'Leave it out, or set spec.type to LoadBalancer.'

const RULES: readonly Rule[] = [
  // validateService
  { field: 'loadBalancerSourceRanges', refuses: (is) => !isBalanced(is), words: ONLY_BALANCED, advice: OR_BALANCE },
  {
    field: 'allocateLoadBalancerNodePorts',
    refuses: (is) => !isBalanced(is),
    words: ONLY_BALANCED,
    advice: OR_BALANCE,
  },
  { field: 'ipFamilies', refuses: ({ type }) => type === 'ExternalName', words: NOT_FOR_NAMES, advice: LEAVE_OUT },
  { field: 'ipFamilyPolicy', refuses: ({ type }) => type === 'ExternalName', words: NOT_FOR_NAMES, advice: LEAVE_OUT },
  // validateLoadBalancerClassField
  { field: 'loadBalancerClass', refuses: (is) => !isBalanced(is), words: ONLY_BALANCED, advice: OR_BALANCE },
  // validateServiceExternalTrafficPolicy
  {
    field: 'externalTrafficPolicy',
    refuses: (is) => !isExternal(is),
    words: 'may only be set for externally-accessible services',
    advice: 'Leave it out, or set spec.type to NodePort or LoadBalancer.',
  },
  {
    field: 'healthCheckNodePort',
    refuses: (is) => !isBalanced(is) || is.policy !== 'Local',
    words: "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    advice: LEAVE_OUT,
  },
]

/** Reports each field that does not go with the type. */
export function refuseByType(spec: Field, facts: ServiceFacts): void {
  for (const { field, refuses, words, advice } of RULES) {
    const given = spec.get(field)
    if (isSet(given.value) && refuses(facts)) {
      given.complain(`${words}. ${advice}`)
    }
  }
  if (facts.type !== 'ClusterIP') {
    return
  }
  for (const port of spec.get('ports').items()) {
    const nodePort = port.get('nodePort')
    if (isSet(nodePort.value)) {
      nodePort.complain(
        "may not be used when `type` is 'ClusterIP'. Set spec.type to NodePort or LoadBalancer, or leave it out.",
      )
    }
  }
}

const LONGEST_AFFINITY = 86_400
const INT32 = 2 ** 31 - 1

/** validateClientIPAffinityConfig. Without `sessionAffinity` there is none. */
export function refuseAffinity(spec: Field): void {
  const affinity = spec.get('sessionAffinity').value
  const config = spec.get('sessionAffinityConfig')
  if (config.absent) {
    return
  }
  if (affinity === undefined || affinity === null || affinity === '' || affinity === 'None') {
    config.complain(
      'must not be set when session affinity is None. Leave it out, or set spec.sessionAffinity to ClientIP.',
    )
  } else if (affinity === 'ClientIP') {
    const timeout = config.get('clientIP').get('timeoutSeconds')
    const seconds = timeout.integer(-INT32, INT32, 'a whole number of seconds from 1 to 86400')
    if (seconds !== null && (seconds <= 0 || seconds > LONGEST_AFFINITY)) {
      timeout.complain(`must be greater than 0 and less than ${LONGEST_AFFINITY}.`)
    }
  }
}

/** pkg/registry/core/service/storage initIPFamilyFields. Without a policy, several are a wish for both families. */
export function refuseSingleStack(spec: Field): void {
  const policy = spec.get('ipFamilyPolicy')
  if (policy.value !== 'SingleStack') {
    return
  }
  const several = [
    ['clusterIPs', 'cluster IPs'],
    ['ipFamilies', 'IP families'],
  ].find(([key = '']) => spec.get(key).items().length > 1)
  if (several === undefined) {
    return
  }
  policy.complain(`must be 'RequireDualStack' or 'PreferDualStack' when multiple ${several[1]} are specified.`)
}

export const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'

/** The annotation is older than the field `loadBalancerSourceRanges`, which overrides it (validateService). */
export function refuseSourceRanges(object: Field, type: ServiceType): void {
  const annotation = object.get('metadata').get('annotations').get(SOURCE_RANGES)
  if (typeof annotation.value !== 'string') {
    return
  }
  if (type !== 'LoadBalancer') {
    annotation.complain(`${ONLY_BALANCED}. ${OR_BALANCE}`)
    return
  }
  const wrong = annotation.value.trim() === '' ? undefined : rangesOf(annotation.value).find((one) => !cidr.test(one))
  if (wrong !== undefined) {
    annotation.complain(
      `found ${JSON.stringify(wrong.slice(0, 80))}, expected ${cidr.expected}, or several with commas between.`,
    )
  }
}

export const rangesOf = (annotation = ''): readonly string[] => annotation.split(',').map((range) => range.trim())

/** Zero, the empty text and the empty list are absent to Kubernetes. */
const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== 0 && value !== '' && !(Array.isArray(value) && value.length === 0)
