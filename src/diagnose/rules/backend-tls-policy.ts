import { refOf } from '../../kube/objects.ts'
import { isOfKind } from '../../plan/because.ts'
import { conditionText, refusing } from '../../plan/gateway/conditions.ts'
import { requestOn } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import { failing, idsOf, isGatewayError, type SeenPath, triesOf, urlsOf } from '../seen.ts'

const POLICY = 'BackendTLSPolicy'

/** The pods speak no TLS, or show a certificate for another name, where a policy asks for both. */
export const isMisfit = ({ path, code }: SeenPath): boolean =>
  path.because.some((because) => isOfKind(because, POLICY)) &&
  (code === 'tls_not_spoken' || code === 'certificate_name_mismatch')

export const backendTlsPolicyMismatch: Rule = {
  code: 'backend_tls_policy_mismatch',
  layer: 'gateway',
  when({ index, namespace, service, ref }) {
    const { name } = service.meta
    return index.backendTlsPoliciesOf(namespace, name).flatMap((policy): Cause[] => {
      const of = { confirm: `kubectl get backendtlspolicy -n ${namespace} ${policy.meta.name} -o yaml`, explains: [] }
      const names = service.ports.flatMap(({ name }) => name ?? [])
      const unnamed = policy.targetRefs.flatMap(({ group, kind, name: to, sectionName }, at) =>
        group === '' && kind === 'Service' && to === name && sectionName !== null && !names.includes(sectionName)
          ? [{ object: refOf(policy), field: `spec.targetRefs[${at}].sectionName`, value: sectionName }]
          : [],
      )
      const refused = (policy.ancestors ?? []).flatMap(({ conditions }, at) => {
        const condition = refusing(conditions, 'Accepted', policy.meta.generation)
        return condition === null ? [] : [{ at, condition }]
      })
      return [
        ...(unnamed.length === 0
          ? []
          : [
              {
                ...of,
                confidence: 'certain' as const,
                title: `${refOf(policy)} is for a port that ${ref} does not have`,
                detail: `sectionName is the name of a port, and ${ref} has ${list(names) || 'none with a name'}. Gateways speak plain HTTP to it all the same.`,
                fix: 'Name a port by its name, or leave sectionName out to mean all of them.',
                evidence: unnamed,
              },
            ]),
        ...refused.map(({ at, condition }) => ({
          ...of,
          confidence: 'certain' as const,
          title: `${refOf(policy)} is not accepted by the controller`,
          detail: `It says: ${conditionText(condition)}. Gateways do not speak TLS to the pods as the policy asks.`,
          fix: 'Fix what the message names.',
          evidence: [
            {
              object: refOf(policy),
              field: `status.ancestors[${at}].conditions[Accepted]`,
              value: { status: condition.status, reason: condition.reason },
            },
          ],
        })),
      ]
    })
  },
  after: ({ ports }) =>
    ports.flatMap(({ dialled, routed }) => {
      const bad = failing(dialled).filter(isMisfit)
      const [first] = bad
      if (first === undefined) {
        return []
      }
      const policies = new Set(
        bad.flatMap(({ path }) => path.because.flatMap((each) => (isOfKind(each, POLICY) ? (each.ref ?? []) : []))),
      )
      const speaksTls = first.code === 'certificate_name_mismatch'
      return [
        {
          confidence: 'likely' as const,
          title: `What ${list([...policies], 2)} asks of the pods does not fit them`,
          detail: `${urlsOf(bad)}: ${speaksTls ? 'their certificate is not for the hostname that the policy names' : 'they do not speak TLS'}. Gateways that follow the policy answer 502 or 503 for them.`,
          fix: speaksTls
            ? 'Make validation.hostname of the policy one of the names in the certificate of the pods, or the reverse.'
            : 'Let the pods serve TLS, or take the policy away.',
          confirm: requestOn(first),
          evidence: triesOf(bad),
          explains: idsOf([...bad, ...failing(routed).filter((each) => !bad.includes(each) && isGatewayError(each))]),
        },
      ]
    }),
}
