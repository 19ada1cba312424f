/**
 * Compares an answer with what the conformance suite states (its defaults are in the README beside the cases).
 *
 * @module
 */
import type { Answer } from './ask.ts'
import type { Expect, Request } from './cases.ts'

/** Of so many requests the shares are counted, and may be this far from the weights. */
export const DRAWS = 300
const TOLERANCE = 0.1

/** Tells what is not as it must be; empty where all is. */
export function judge(request: Request, expect: Expect, answer: Answer): string[] {
  switch (expect.outcome) {
    case 'connection-error':
    case 'connection-rejected':
      return answer.error === null ? [`answered with ${answer.status ?? answer.echo?.pod}`] : []
    case 'failure':
      return failureOf(expect, answer)
    default:
      return answer.error === null ? answered(request, expect, answer) : [answer.error]
  }
}

function failureOf({ statusNot = [], grpcCodeNot }: Expect, { status, grpcCode, error }: Answer): string[] {
  if (grpcCodeNot !== undefined) {
    return grpcCode === grpcCodeNot ? [`gRPC ${grpcCode}`] : []
  }
  return error !== null || status === null || statusNot.includes(status) ? [error ?? `status ${status}`] : []
}

function answered(request: Request, expect: Expect, answer: Answer): string[] {
  const flaws: string[] = []
  const demand = (what: string, is: unknown, wanted: unknown) => {
    if (is !== wanted) {
      flaws.push(`${what}: ${is}, not ${wanted}`)
    }
  }
  if (expect.grpcCode !== undefined) {
    demand('gRPC', answer.grpcCode, expect.grpcCode)
  } else if (expect.status && expect.status.length > 0) {
    const { status } = expect
    const asGood = [408, 504].some((each) => status.includes(each)) ? [408, 504] : []
    if (![...status, ...asGood].includes(answer.status ?? 0)) {
      flaws.push(`status: ${answer.status}, not ${status.join(' or ')}`)
    }
  }
  if (expect.outcome === 'redirect' && expect.redirect) {
    redirected(request, expect.redirect, answer, demand)
  }
  headersOfAnswer(expect, answer, demand)
  if (expect.outcome === 'answered-by-gateway') {
    demand('backend', answer.echo?.pod, undefined)
  }
  if (expect.outcome === 'backend' || expect.outcome === 'any-backend') {
    atBackend(request, expect, answer, demand)
  }
  return flaws
}

type Demand = (what: string, is: unknown, wanted: unknown) => void

function redirected(
  request: Request,
  wanted: NonNullable<Expect['redirect']>,
  { headers }: Answer,
  demand: Demand,
): void {
  const to = new URL(headers.location ?? '', `${request.scheme}://${request.host ?? 'gateway'}`)
  demand('scheme of Location', to.protocol, `${wanted.scheme}:`)
  demand('path of Location', to.pathname, wanted.path.replace(/\?.*/, ''))
  demand('port of Location', to.port, isDefault(wanted) ? '' : wanted.port)
  if (wanted.host !== null) {
    demand('host of Location', to.hostname, wanted.host)
  }
}

const isDefault = ({ scheme, port }: { scheme: string; port: string | null }): boolean =>
  port === null || port === ({ http: '80', https: '443' } as Record<string, string>)[scheme]

function headersOfAnswer(expect: Expect, { headers }: Answer, demand: Demand): void {
  const normal = (text: string | undefined) => (expect.ignoreWhitespace ? text?.replaceAll(/\s/g, '') : text)
  for (const [name, value] of Object.entries(expect.responseHeaders ?? {})) {
    demand(`${name} of the answer`, normal(headers[name.toLowerCase()]), normal(value))
  }
  for (const [name, values] of Object.entries(expect.responseHeadersOneOf ?? {})) {
    const is = normal(headers[name.toLowerCase()])
    demand(`${name} of the answer`, is, values.map(normal).find((each) => each === is) ?? values.join(' or '))
  }
  for (const name of expect.responseAbsentHeaders ?? []) {
    demand(`${name} of the answer`, headers[name.toLowerCase()], undefined)
  }
}

function atBackend(request: Request, expect: Expect, { echo }: Answer, demand: Demand): void {
  const [pod, rest] = [echo?.pod ?? 'nobody', (text: string) => text.replace(/uuid=[^&]*/, '')]
  if (expect.backend) {
    demand('backend', pod.startsWith(expect.backend) ? expect.backend : pod, expect.backend)
  }
  if (expect.backendNamespace) {
    demand('namespace', echo?.namespace, expect.backendNamespace)
  }
  const stated: [string, unknown, unknown][] = [
    ['path', rest(echo?.path ?? ''), expect.requestPathAtBackend && rest(expect.requestPathAtBackend)],
    ['method', echo?.method, request.protocol === 'GRPC' ? undefined : expect.methodAtBackend],
    ['host', echo?.host, expect.hostAtBackend],
    ['SNI', echo?.sni, expect.sniAtBackend],
    ['TLS', echo?.isTls, expect.backendIsTLS],
    ['certificate of the client', echo?.client, expect.clientCertificateAtBackend?.name],
    ...Object.entries(expect.headers ?? {}).map(([name, value]): [string, unknown, unknown] => [
      name,
      echo?.headers?.[name.toLowerCase()],
      value,
    ]),
  ]
  for (const [what, is, wanted] of stated) {
    if (wanted !== undefined) {
      demand(`${what} at the backend`, is, wanted)
    }
  }
  for (const name of expect.absentHeaders ?? []) {
    demand(`${name} at the backend`, echo?.headers?.[name.toLowerCase()], undefined)
  }
}

/** @param pods who has answered each of {@link DRAWS} requests. */
export function judgeShares(
  weights: Readonly<Record<string, number>>,
  pods: readonly (string | undefined)[],
): string[] {
  const strangers = pods.filter((pod) => !Object.keys(weights).some((name) => pod?.startsWith(name)))
  const flaws = Object.entries(weights).flatMap(([name, weight]) => {
    const share = pods.filter((pod) => pod?.startsWith(name)).length / pods.length
    return Math.abs(share - weight) > TOLERANCE || (weight === 0 && share > 0)
      ? [`${name}: ${share}, not ${weight}`]
      : []
  })
  return strangers.length === 0 ? flaws : [`answered by ${[...new Set(strangers)].join(', ')}`, ...flaws]
}
