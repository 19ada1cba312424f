/** What is neither the network's nor Kubernetes' doing; and what is the prober's. */
import type { Rule } from '../rule.ts'
import { allFail, failing, hasNoConnection, idsOf, type SeenPath, triesOf } from '../seen.ts'
import { list } from '../words.ts'

const isServerError = ({ code, result }: SeenPath): boolean =>
  code === 'unexpected_status' && (result?.http?.status ?? 0) >= 500

/** F93: the same answer by every way comes from the far end of all of them. */
export const applicationAnswersErrors: Rule = {
  code: 'application_answers_errors',
  layer: 'application',
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const direct = port.dialled.filter(({ path }) => path.kind !== 'Ingress')
      if (!allFail(direct, isServerError)) return []
      const statuses = [...new Set(direct.map(({ result }) => result?.http?.status))]
      if (statuses.length !== 1 || !direct.some(({ path }) => path.kind === 'Endpoint' || direct.length > 1)) return []
      return [
        {
          confidence: 'likely' as const,
          title: `The application answers ${statuses[0]} on every path`,
          detail: `All ${direct.length} direct ways to port ${port.number} get through and bring the same status: the network is fine, the application is not.`,
          fix: 'Read the log of the application; or check another URL (path of a check), if this one is known to fail.',
          confirm: `kubectl logs -n ${namespace} POD`,
          evidence: triesOf(direct),
          explains: idsOf(failing(port.dialled).filter(isServerError)),
        },
      ]
    }),
}

/** F95. */
export const portSpeaksNoTls: Rule = {
  code: 'port_speaks_no_tls',
  layer: 'application',
  after: ({ ports }, { service }) =>
    ports.flatMap((port) => {
      const direct = port.dialled.filter(({ path }) => path.kind !== 'Ingress')
      if (!allFail(direct, ({ code }) => code === 'tls_not_spoken')) return []
      return [
        {
          confidence: 'likely' as const,
          title: `Port ${port.number} was taken for HTTPS and does not speak TLS`,
          detail: 'By its appProtocol, name or number the port should speak TLS; what answers does not.',
          fix: `Say what the port speaks: appProtocol in Service/${service}, or scheme in the check.`,
          confirm: `curl -v http://${direct[0]?.path.address}:${direct[0]?.path.addressPort}/`,
          evidence: triesOf(direct),
          explains: idsOf(direct),
        },
      ]
    }),
}

/** F41, F57, row 38 of the decision table: everything at once is seldom the Service. */
export const proberReachesNothing: Rule = {
  code: 'prober_reaches_nothing',
  layer: 'vantage',
  unless: ['nothing_listens'],
  after: ({ all }, { vantage }) => {
    const kinds = new Set(all.map(({ path }) => path.kind))
    const cut = (each: SeenPath): boolean =>
      (hasNoConnection(each) && each.code !== 'connection_refused') || each.code === 'dns_timeout'
    if (kinds.size < 3 || !allFail(all, cut)) return []
    return [
      {
        confidence: 'possible',
        title: 'The prober reaches nothing at all',
        detail: `Every path (${list([...kinds])}) is met with silence. Unless the whole cluster is down, the prober is not where it is taken to be (${vantage}), or a policy for outgoing traffic holds it back.`,
        fix: 'Set vantage to where Portolan stands, or let its pod out (NetworkPolicy egress of its namespace).',
        confirm: 'kubectl get networkpolicies -A',
        evidence: triesOf(all),
        explains: idsOf(all),
      },
    ]
  },
}
