/**
 * Environment paths: the variables by which the kubelet tells pods of a Service (pkg/kubelet/envvars/envvars.go). They are
 * set when a pod starts, for the Services of its namespace that then have a cluster IP, and hold the primary one only.
 *
 * @module
 */
import type { Service, ServicePort } from '../kube/objects.ts'
import { hostPort } from '../lib/address.ts'
import { type Because, doubted, fieldOf, noteOf } from './because.ts'
import { type PlanContext, portsFor } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { clusterIPFieldOf, clusterIPsOf, isExternalName, isHeadless, withoutAddress } from './service.ts'
import { portsCounted } from './size.ts'
import type { Source } from './source.ts'
import { restingOn } from './unread.ts'

type Variable = { name: string; value: string; port: ServicePort | null; fields: readonly string[] }

/** Docker's links and Kubernetes' own names use letters, digits and underscores. */
const variableName = (name: string): string => name.toUpperCase().replaceAll(/[-.]/g, '_')

export const environmentSource: Source = {
  paths: environmentPaths,
  absent: (context) =>
    withoutAddress(context) ??
    (clusterIPsOf(context).length === 0
      ? 'the Service has no clusterIP yet, which the variables would hold'
      : 'spec.ports is empty'),
  sizes: (sized) => [{ kind: 'Environment', counted: [portsCounted(sized)], each: 5 }],
}

function environmentPaths(context: PlanContext): PathDraft[] {
  const { service } = context
  if (isExternalName(context) || isHeadless(context)) {
    return []
  }
  const source = environmentOf(context)
  const others = unreadServices(context)
  const collisions = new Set(
    collidingServices(context).flatMap((other) => variablesOf({ service: other }).map((variable) => variable.name)),
  )
  const variables = variablesOf(context, portsFor(context, 'Environment'))
  // With nothing to compare them with, the first two say it all.
  const told = source.blind === null ? variables : variables.slice(0, 2)
  return told.map(({ name, value, port, fields }) =>
    draft({
      kind: 'Environment',
      port,
      scheme: 'dns',
      because: [
        variableNamed(name),
        ...fields.map((field) => fieldOf(`Service/${service.meta.name}`, field)),
        ...source.because,
        ...restingOn(others),
        ...(collisions.has(name) ? [doubted(variableNamed(name), 'another Service of the namespace sets it too')] : []),
      ],
      discriminator: [name],
      reach: source.reach,
      variable: { name, value, found: source.variables?.[name] ?? null },
      blind: source.blind,
    }),
  )
}

const variableNamed = (name: string): Because => noteOf(`variable ${name}`)

/**
 * Lists the variables, of eight forms; none until the Service has a cluster IP.
 *
 * @param kept holds the ports whose variables are listed; all if left out.
 */
export function variablesOf(
  { service }: Pick<PlanContext, 'service'>,
  kept?: readonly { port: ServicePort; at: number }[],
): Variable[] {
  const [host] = clusterIPsOf({ service })
  const [first] = service.ports
  if (host === undefined || first === undefined) {
    return []
  }
  const prefix = variableName(service.meta.name)
  const hostField = clusterIPFieldOf(service, 0)
  const url = (port: ServicePort): string => `${port.protocol.toLowerCase()}://${hostPort(host, port.port, '')}`
  const ports = kept ?? service.ports.map((port, at) => ({ port, at }))
  return [
    { name: `${prefix}_SERVICE_HOST`, value: host, port: null, fields: [hostField] },
    { name: `${prefix}_SERVICE_PORT`, value: String(first.port), port: first, fields: ['spec.ports[0].port'] },
    ...ports
      .filter(({ port: { name } }) => name !== null)
      .map(({ port, at }) => ({
        name: `${prefix}_SERVICE_PORT_${variableName(port.name ?? '')}`,
        value: String(port.port),
        port,
        fields: [`spec.ports[${at}].name`],
      })),
    { name: `${prefix}_PORT`, value: url(first), port: first, fields: [hostField, 'spec.ports[0].port'] },
    ...ports.flatMap(({ port, at: position }) => {
      const stem = `${prefix}_PORT_${port.port}_${port.protocol}`
      const field = `spec.ports[${position}].port`
      return [
        { name: stem, value: url(port), port, fields: [hostField, field] },
        {
          name: `${stem}_PROTO`,
          value: port.protocol.toLowerCase(),
          port,
          fields: [`spec.ports[${position}].protocol`],
        },
        { name: `${stem}_PORT`, value: String(port.port), port, fields: [field] },
        { name: `${stem}_ADDR`, value: host, port, fields: [hostField] },
      ]
    }),
  ]
}

/** Tells why another Service of the namespace may set the same variables: not all of them were read. */
export const unreadServices = ({ index, target, service }: Pick<PlanContext, 'service' | 'target' | 'index'>) =>
  variablesOf({ service }).length === 0 ? null : index.unread('services', target.namespace)

/** `toad` and `toad-service` both set TOAD_SERVICE_PORT. */
export function collidingServices({
  service,
  target,
  index,
}: Pick<PlanContext, 'service' | 'target' | 'index'>): Service[] {
  const { name } = service.meta
  const others = [`${name}-service`, ...(name.endsWith('-service') ? [name.slice(0, -'-service'.length)] : [])]
  return others.flatMap((other) => index.servicesAt(target.namespace, other))
}

type Told = {
  variables: Readonly<Record<string, string>> | null
  because: readonly Because[]
  reach: PathDraft['reach']
  /** The reason why there is nothing to compare with. */
  blind: string | null
}

/** Takes the caller's text, else Portolan's own environment for Services of its own namespace. */
function environmentOf({ addresses, place, target }: PlanContext): Told {
  if (addresses.environment !== null) {
    const variables = parseEnvironment(addresses.environment)
    return { variables, because: [fieldOf(null, 'addresses.environment')], reach: 'given', blind: null }
  }
  if (place.environment !== null && place.namespace === target.namespace) {
    return {
      variables: place.environment,
      because: [
        doubted(
          noteOf("the prober's own environment"),
          'variables are set when a pod starts, so it may be older than the Service',
        ),
      ],
      reach: 'cluster',
      blind: null,
    }
  }
  return {
    variables: null,
    because: [],
    reach: 'cluster',
    blind: 'no environment to look at: put what `kubectl exec POD -- env` prints into addresses.environment',
  }
}

const SERVICE_VARIABLE = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/

/**
 * Tells whether a variable has a name that Kubernetes alone gives (k/k pkg/kubelet/envvars/envvars.go). Of its eight
 * forms that is all but `TOAD_PORT`, as which applications call variables of their own.
 */
export const isServiceVariable = (name: string): boolean => SERVICE_VARIABLE.test(name)

/**
 * Keeps the variables that Kubernetes makes for Services. The others are the application's, passwords among them, and are
 * dropped here.
 */
export const serviceVariables = (text: string): string =>
  Object.entries(parseEnvironment(text))
    .filter(([name]) => isServiceVariable(name) || name.endsWith('_PORT'))
    .map(([name, value]) => `${name}=${value.split('\n', 1)[0]}`)
    .join('\n')

/** Reads the output of `env`: `NAME=value` lines. Any other line continues the value before it. */
export function parseEnvironment(text: string): Readonly<Record<string, string>> {
  const variables: Record<string, string> = Object.create(null)
  let last: string | null = null
  for (const line of text.split(/\r?\n/)) {
    const match = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line)
    if (match?.[1] !== undefined) {
      last = match[1]
      variables[last] = match[2] ?? ''
    } else if (last !== null && line !== '') {
      variables[last] += `\n${line}`
    }
  }
  return variables
}
