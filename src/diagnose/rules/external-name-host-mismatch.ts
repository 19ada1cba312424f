import { familyOf } from '../../lib/address.ts'
import { externalNameOf } from '../../plan/external-name.ts'
import { schemeOf, speaksHttp } from '../../plan/scheme.ts'
import { otherAnswerByAlias } from '../comparisons/names-sent.ts'
import type { Rule } from '../rule.ts'
import { OTHER_NAME } from '../shows.ts'

/** The origin sees the name that the client wrote, not the one that DNS led to. */
export const externalNameHostMismatch: Rule = {
  code: 'external_name_host_mismatch',
  layer: 'application',
  unless: ['external_name_is_ip'],
  showsAs: OTHER_NAME,
  when({ service, ref, plan }) {
    const name = service.type === 'ExternalName' ? externalNameOf({ service }) : null
    if (name === null || familyOf(name) !== null) {
      return []
    }
    const ports = service.ports.filter((port) => speaksHttp(schemeOf(port)))
    const [first] = ports
    if (first === undefined) {
      return []
    }
    const scheme = schemeOf(first)
    const host = `${plan.target.service}.${plan.target.namespace}`
    return [
      {
        confidence: 'possible',
        title: `Clients that dial the Service send its name to ${name}`,
        detail: `DNS leads to ${name}, but Host${scheme === 'https' ? ' and SNI stay' : ' stays'} ${host}: an origin that serves several names answers 404 or 421${scheme === 'https' ? ', or with a certificate for another name' : ''}.`,
        fix: `Let clients use ${name} itself, or send it as Host (and SNI).`,
        confirm: `curl -sv -o /dev/null ${scheme}://${host}/ -H 'Host: ${name}'`,
        evidence: [
          { object: ref, field: 'spec.externalName', value: name },
          { object: ref, field: `spec.ports[${service.ports.indexOf(first)}].port`, value: first.port },
        ],
        explains: plan.paths.filter(({ kind, dns }) => kind === 'DNS' && dns === null).map(({ id }) => id),
      },
    ]
  },
  after: ({ ports }, target) => ports.flatMap((port) => otherAnswerByAlias(port, target)),
}
