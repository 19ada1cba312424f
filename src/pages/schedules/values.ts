/** The form of a schedule as texts, and how it is filled with what a schedule asks for. */
import type { Schedule } from '../../client/schema.ts'
import type { Form } from '../parts/form.ts'
import { shownJson, sparse } from './sparse.ts'

/** The kinds of targets; each decides which of the other fields count. */
export const ABOUT = {
  service: 'One Service of a cluster',
  selector: 'The Services of a cluster that a selector finds',
  all: 'Every Service of a cluster',
  manifests: 'One Service of manifests',
  manifestsAll: 'Every Service of manifests',
} as const
export type About = keyof typeof ABOUT

export const CHECKS = {
  default: 'As the port says: what Portolan chooses',
  http: 'HTTP request',
  tcp: 'TCP connection',
  grpc: 'gRPC health check',
  dnsQuery: 'DNS query',
  text: 'As JSON or YAML, below',
} as const
export type CheckKind = keyof typeof CHECKS

/** The fields that are texts. */
export const NAMES = [
  ...(['name', 'cron', 'timeZone', 'jitterMs', 'overlap', 'enabled'] as const),
  ...(['about', 'cluster', 'namespace', 'service', 'namespaces', 'selector', 'manifests'] as const),
  ...(['check', 'checkName', 'path', 'statuses', 'headers', 'checks', 'samples', 'timeoutMs', 'more'] as const),
] as const
export type Name = (typeof NAMES)[number]

/** Those that say when it runs, and what it is called; all others say what it does. */
export const SETTINGS: ReadonlySet<Name> = new Set(['name', 'cron', 'timeZone', 'jitterMs', 'overlap', 'enabled'])

export type Values = Readonly<Record<Name, string>> & {
  /** Names fields that are set, not shown, and stay as they are, such as `home.headers`. */
  keep: readonly string[]
}

const EMPTY: Values = {
  ...{ name: '', cron: '', timeZone: 'UTC', jitterMs: '0', overlap: 'skip', enabled: 'on' },
  ...{ about: 'service', cluster: '', namespace: '', service: '', namespaces: '', selector: '', manifests: '' },
  ...{ check: 'default', checkName: 'http', path: '', statuses: '', headers: '', checks: '' },
  ...{ samples: '1', timeoutMs: '5000', more: '', keep: [] },
}

/** Fills the form for a new schedule; a link may name the Service that it is for. */
export const newValues = (named: (name: 'cluster' | 'namespace' | 'service') => string | undefined): Values => {
  const [cluster = '', namespace = '', service = ''] = [named('cluster'), named('namespace'), named('service')]
  return {
    ...EMPTY,
    cron: '*/5 * * * *',
    name: service === '' ? '' : `${namespace}/${service}`,
    cluster,
    namespace,
    service,
  }
}

export const valuesOfForm = (form: Form): Values => ({
  ...(Object.fromEntries(NAMES.map((name) => [name, form.text(name)])) as Record<Name, string>),
  keep: form.all('keep'),
})

/** Fills the form with a schedule as it is. What is not shown is blank, and stays as it is. */
export function valuesOf(schedule: Schedule): Values {
  const { name, cron, timeZone, jitterMs, overlap, enabled } = schedule
  const work = schedule.job ?? schedule.batch
  const settings = { name, cron, timeZone, jitterMs: String(jitterMs), overlap, enabled: enabled ? 'on' : '' }
  if (work === null) {
    return { ...EMPTY, ...settings }
  }
  const { target, objects, checks, samples, timeoutMs, writeOnly, ...more } = work
  return {
    ...{ ...EMPTY, ...settings, ...targetValues(schedule, target, objects !== null), ...checkValues(checks) },
    ...{ samples: String(samples), timeoutMs: String(timeoutMs), more: shownJson(sparse(more)) },
    keep: Object.entries(writeOnly).flatMap(([check, fields]) => fields.map((field) => `${check}.${field}`)),
  }
}

type Work = NonNullable<Schedule['job']>

function targetValues(
  { batch }: Schedule,
  { cluster, namespace, service, namespaces, selector }: Work['target'],
  hasManifests: boolean,
): Partial<Values> {
  const isEvery = namespaces === '*'
  const text =
    typeof selector === 'string'
      ? selector
      : Object.entries(selector ?? {})
          .map((pair) => pair.join('='))
          .join(',')
  const about: About =
    batch === null
      ? hasManifests
        ? 'manifests'
        : 'service'
      : hasManifests
        ? 'manifestsAll'
        : isEvery && text === ''
          ? 'all'
          : 'selector'
  return {
    ...{ about, cluster, namespace: batch === null ? (namespace ?? '') : '', service: service ?? '', selector: text },
    namespaces: batch === null ? '' : isEvery ? '*' : (namespaces ?? []).join(', '),
  }
}

type ShownCheck = Work['checks'][number]

/** One check that the fields can say is shown in them, and everything else as a text. */
function checkValues(checks: readonly ShownCheck[]): Partial<Values> {
  const [first, ...others] = checks
  if (first === undefined) {
    return { check: 'default' }
  }
  const { type, name, ...rest } = sparse(first) as Record<string, unknown> & { type: ShownCheck['type']; name: string }
  const { path = '', expect, ...odd } = rest as { path?: string; expect?: Record<string, unknown> }
  const { validStatusCodes, ...oddExpect } = expect ?? {}
  const saysPath = type === 'http'
  const isPlain =
    others.length === 0 &&
    type !== 'dns' &&
    [odd, oddExpect].every((each) => Object.keys(each).length === 0) &&
    (saysPath || (path === '' && expect === undefined))
  if (!isPlain) {
    return { check: 'text', checkName: name, checks: shownJson(checks.map((check) => sparse(check))) }
  }
  const statuses = Array.isArray(validStatusCodes) ? validStatusCodes.join(', ') : ''
  return { check: type, checkName: name, path, statuses }
}
