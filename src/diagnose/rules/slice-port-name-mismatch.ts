import { speaksDns } from '../../plan/dns-question.ts'
import { endpointPort } from '../../plan/endpoint-ports.ts'
import { hasSelector } from '../../plan/service-endpoints.ts'
import { endpointsOf } from '../commands.ts'
import { list } from '../phrases.ts'
import { type Cause, type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'
import { unsure } from '../unseen.ts'

const nameOf = (name: string | null): string => (name === null ? 'no name' : `"${name}"`)

/** Ports of a slice belong to ports of a Service by name and protocol, not by number. */
export const slicePortNameMismatch: Rule = {
  code: 'slice_port_name_mismatch',
  layer: 'endpoints',
  unless: ['target_port_name_unknown'],
  belied: { by: WAYS_TO_PODS, leaves: 'objects' },
  showsAs: NO_BACKEND,
  when({ service, ref, namespace, endpoints, pathsOf }) {
    if (endpoints.source === null || endpoints.source === 'Pod' || endpoints.all.length === 0) {
      return []
    }
    return service.ports.flatMap((port, at) => {
      if (endpoints.all.some((endpoint) => endpointPort(endpoint, port) !== null)) {
        return []
      }
      // Nothing that is tried here would show it, and lists by hand leave it out.
      if (port.protocol !== 'TCP' && !speaksDns(port) && hasSelector(service)) {
        return []
      }
      const found = [
        ...new Set(
          endpoints.all.flatMap(({ ports }) => ports.map(({ name, protocol }) => `${nameOf(name)}/${protocol}`)),
        ),
      ]
      const [first] = endpoints.all
      const cause: Cause = {
        confidence: 'certain',
        title: `No endpoint has a port with ${nameOf(port.name)}/${port.protocol}, as the Service calls port ${port.port}`,
        detail: `The endpoints have ${found.length === 0 ? 'no port' : list(found)}. Ports are matched by name and protocol, so port ${port.port} leads nowhere although there are endpoints.`,
        fix: hasSelector(service)
          ? `See whether the pods have the port that spec.ports[${at}].targetPort names.`
          : `Give the port in the ${endpoints.source} the ${port.name === null ? 'empty name' : `name "${port.name}"`} and protocol ${port.protocol}.`,
        confirm: endpointsOf({ namespace, service: service.meta.name }, 'yaml'),
        evidence: [
          { object: ref, field: `spec.ports[${at}].name`, value: port.name },
          ...(first === undefined ? [] : [{ object: first.because.ref, field: 'ports', value: found }]),
        ],
        explains: pathsOf(undefined, (path) => path.port?.number === port.port && path.port.protocol === port.protocol),
      }
      return [unsure(cause, endpoints.unread)]
    })
  },
}
