/**
 * ExternalName paths: the name that the Service stands for, at the ports it mentions. In the cluster nothing but the
 * DNS server knows of it: no cluster IP, no node port, no remapping of ports.
 *
 * @module
 */

import { familyOf } from '../lib/address.ts'
import { doubted, fieldOf } from './because.ts'
import { type PlanContext, portsFor } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { portsCounted } from './size.ts'
import type { Source } from './source.ts'

export const externalNameSource: Source = {
  paths: externalNamePaths,
  absent: ({ service }) => `Service type is ${service.type}`,
  sizes: (sized) => [{ kind: 'ExternalName', counted: [portsCounted(sized)], each: 1 }],
}

function externalNamePaths(context: PlanContext): PathDraft[] {
  const { service } = context
  if (service.type !== 'ExternalName') {
    return []
  }
  const name = externalNameOf(context)
  if (name === null) {
    return []
  }
  const ref = `Service/${service.meta.name}`
  const field = fieldOf(ref, 'spec.externalName')
  const doubts =
    familyOf(name) === null
      ? []
      : [doubted(field, 'an IP address is served by no DNS server as a CNAME; the address itself is asked')]
  const common = { kind: 'ExternalName', reach: 'anywhere', sni: name, judgesCertificate: true } as const
  if (service.ports.length === 0) {
    return [
      draft({
        ...common,
        port: null,
        because: [field, ...doubts],
        discriminator: [name],
        host: name,
        dns: { name, type: 'A', values: null, how: 'lookup' },
      }),
    ]
  }
  return portsFor(context, 'ExternalName').map(({ port, at: position }) =>
    draft({
      ...common,
      port,
      address: name,
      addressPort: port.port,
      host: name,
      because: [field, fieldOf(ref, `spec.ports[${position}].port`), ...doubts],
      discriminator: [name],
    }),
  )
}

/** Returns `spec.externalName` without the dot of an absolute name. */
export const externalNameOf = ({ service }: Pick<PlanContext, 'service'>): string | null =>
  service.externalName?.replace(/\.$/, '') ?? null
