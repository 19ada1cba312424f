/** Plans as text that a reviewer can read: one path a paragraph, everything that the contract shows of it. */

import type { Diagnosis } from '../../src/diagnose/finding.ts'
import { parseManifests } from '../../src/kube/parse.ts'
import { becauseText } from '../../src/plan/because.ts'
import { type Check, HEALTH_CHECK } from '../../src/plan/check.ts'
import { type Plan, type PlannedPath, type Position, vantageAt } from '../../src/plan/path.ts'
import type { Place } from '../../src/plan/place.ts'
import { type PlanInput, planPaths } from '../../src/plan/plan.ts'
import type { JobRequest } from '../../src/plan/request.ts'
import { matchText, parentText } from '../../src/report/phrases.ts'
import { aPlace } from './place.ts'
import { aRequest } from './request.ts'

type Asked = {
  vantage?: Position
  prober?: Partial<Omit<Place, 'vantage'>>
  target?: Partial<JobRequest['target']>
  addresses?: Partial<JobRequest['addresses']>
  limits?: Partial<JobRequest['limits']>
  expect?: Partial<JobRequest['expect']>
} & Partial<Pick<JobRequest, 'paths' | 'checks'>>

/** A request with everything at its default, asked from inside the cluster. */
export function planInput(manifests: string | readonly unknown[], asked: Asked = {}): PlanInput {
  const { objects, ignored } = parseManifests(manifests, { pointer: '/target/manifests' })
  const defaults = aRequest()
  const request: JobRequest = {
    ...defaults,
    target: { ...defaults.target, ...asked.target },
    addresses: { ...defaults.addresses, ...asked.addresses },
    paths: asked.paths ?? defaults.paths,
    limits: { ...defaults.limits, ...asked.limits },
    checks: asked.checks ?? defaults.checks,
    expect: { ...defaults.expect, ...asked.expect },
  }
  return {
    request,
    objects,
    ignored,
    place: aPlace({ vantage: vantageAt(asked.vantage ?? 'in-cluster'), ...asked.prober }),
  }
}

export const planOf = (manifests: string | readonly unknown[], asked: Asked = {}): Plan =>
  planPaths(planInput(manifests, asked))

/** `ClusterIP http/80 http://10.96.0.7/ reachable`, then what it came from. */
export function pathText(path: PlannedPath): string {
  const { kind, port, url, address, addressPort, node, expected, skipped, variable } = path
  const dialled = address === null ? null : `${address}:${addressPort ?? '?'}`
  const head = [
    kind,
    port === null ? '-' : `${port.name ?? ''}/${port.number}${port.protocol === 'TCP' ? '' : `/${port.protocol}`}`,
    variable === null ? (url ?? '(no address)') : `${variable.name}=${variable.value}`,
    expected,
    ...(path.shortCut ? ['short cut'] : []),
    ...(skipped === null ? [] : [`SKIPPED ${skipped.reason}`]),
  ].join('  ')
  const lines = [
    ...(dialled !== null && !url?.includes(dialled) && path.dns === null ? [`dials ${dialled}`] : []),
    ...(node === null ? [] : [`node ${node}`]),
    ...(path.serverName === null ? [] : [`SNI ${path.serverName}`]),
    ...(path.rulePath === null ? [] : [`rule ${path.pathType} ${path.rulePath}`]),
    ...(path.parent === null ? [] : [`under ${parentText(path.parent)}`]),
    ...(path.match === null ? [] : [`match ${matchText(path.match)}`]),
    ...(path.dns === null
      ? []
      : [`${path.dns.how} ${path.dns.values === null ? 'anything' : path.dns.values.join(' ')}`]),
    ...(variable === null ? [] : [`found ${variable.found ?? 'nothing'}`]),
    ...path.because.map((each) => `because ${becauseText(each)}`),
    ...(skipped === null ? [] : [`skipped: ${skipped.detail}`]),
    ...path.checks.map((check) => `check ${checkText(check)}`),
  ]
  return [head, ...lines.map((line) => `    ${line}`)].join('\n')
}

export function checkText(check: Check): string {
  const name = check.isDefault ? check.type : `${check.name}: ${check.type}`
  if (check.type === 'dns') {
    return name
  }
  if (check.type === 'tcp') {
    return check.tls === null ? name : `${name} TLS ${tlsText(check.tls)}`
  }
  if (check.type === 'dnsQuery') {
    const { transportProtocol, queryName, queryType, expect } = check
    const wanted = expect === null ? '' : ` ${expect.rcode.join('|')}`
    return `${name} ${transportProtocol} ${queryType} ${queryName}${wanted}`
  }
  if (check.type === 'grpc') {
    const { service, method } = check.call ?? HEALTH_CHECK
    const { scheme, host, mayBeTls, tls } = check
    const over = scheme === 'https' || mayBeTls ? ` ${tlsText(tls)}` : ''
    return `${name} ${scheme}${mayBeTls ? ', or TLS' : ''}://${host ?? '(no address)'}/${service}/${method}${over}`
  }
  const { method, scheme, host, path, tls } = check
  return `${name} ${method} ${scheme}://${host ?? '(no address)'}${path}${scheme === 'https' ? ` ${tlsText(tls)}` : ''}`
}

const tlsText = (tls: { serverName: string | null; insecureSkipVerify: boolean }): string =>
  `SNI ${tls.serverName ?? 'none'}${tls.insecureSkipVerify ? '' : ', certificate judged'}`

export function planText({ target, vantage, paths, notApplicable, ignored }: Plan): string {
  return [
    `${target.cluster} ${target.namespace}/${target.service}, ${vantage.name}`,
    '',
    ...paths.map((path) => `${pathText(path)}\n`),
    ...notApplicable.map(({ kind, reason }) => `no ${kind}: ${reason}`),
    ...ignored.map(({ object, reason }) => `ignored ${object}: ${reason}`),
    '',
  ].join('\n')
}

/** One line a path: enough to see which paths there are. */
export const pathLine = ({ kind, url, expected, skipped, variable }: PlannedPath): string =>
  [
    kind,
    variable?.name ?? url ?? '(no address)',
    expected,
    ...(skipped === null ? [] : [`SKIPPED ${skipped.reason}`]),
  ].join(' ')

export function diagnosisText({ status, findings }: Diagnosis): string {
  return [
    status,
    ...findings.flatMap(({ code, layer, confidence, title, detail, fix, confirm, evidence, explains }) => [
      '',
      `${code} (${layer}, ${confidence}, explains ${explains.length})`,
      `    ${title}`,
      `    ${detail}`,
      `    fix: ${fix}`,
      `    confirm: ${confirm}`,
      ...evidence.map((each) =>
        'object' in each ? `    ${each.object} ${each.field} = ${JSON.stringify(each.value)}` : '',
      ),
    ]),
    '',
  ].join('\n')
}
