/**
 * From options to the body of a request. What the values may be the API says.
 *
 * @module
 */
import type { JobRequest } from '../../../client/schema.ts'
import type { ManifestFile } from '../../../kube/manifest-places.ts'
import { CliError } from '../exit.ts'
import type { SourceOptions } from './options.ts'
import { selectorsOf } from './path-selectors.ts'
import { controllerPortsOf, countOf, listOf, millisecondsOf, oneOf, pairsOf } from './words.ts'

export type CheckOptions = SourceOptions & {
  allNamespaces?: boolean
  selector?: string
  wait?: string
  settle?: string
  samples?: string
  retries?: string
  timeout?: string
  checks?: string
  include?: string[]
  exclude?: string[]
  expectReachable?: string[]
  expectUnreachable?: string[]
  sameResponder?: boolean
  label?: string[]
  history?: boolean
}

export type Shared = Omit<JobRequest, 'target'>

const POSITIONS = ['in-cluster', 'outside'] as const

/** The part that is the same for one Service and for many, without the checks, which stand in a file. */
export function sharedRequest(options: CheckOptions): Shared {
  const { include = [], exclude = [], expectReachable = [], expectUnreachable = [], label = [] } = options
  const { samples, retries, timeout } = options
  return {
    ...addressesOf(options),
    paths: { include: selectorsOf('--include', include), exclude: selectorsOf('--exclude', exclude) },
    expect: {
      reachable: selectorsOf('--expect-reachable', expectReachable),
      unreachable: selectorsOf('--expect-unreachable', expectUnreachable),
      ...(options.sameResponder && { sameResponder: true }),
    },
    ...(samples !== undefined && { samples: countOf('--samples', samples) }),
    ...(retries !== undefined && { retries: { limit: countOf('--retries', retries) } }),
    ...(timeout !== undefined && { timeoutMs: millisecondsOf('--timeout', timeout) }),
    ...positionOf(options),
    settleMs: settleMsOf(options),
    deadlineMs: deadlineFor(waitMsOf(options)),
    history: options.history ?? true,
    labels: pairsOf('--label', label),
  }
}

/** Returns the position of the prober from `--vantage`, whether a server is asked or this process. */
export const positionOf = ({ vantage }: SourceOptions): Pick<Shared, 'vantage'> =>
  vantage === undefined ? {} : { vantage: oneOf('--vantage', POSITIONS, vantage) }

/** Returns the addresses that objects do not tell. Flags hold for this request, also where a server is asked. */
export function addressesOf(options: SourceOptions): Pick<Shared, 'addresses'> {
  const { dnsServers, clusterDomain, controllerPorts, nodes = [], loadBalancer = [], ingressController = [] } = options
  return {
    addresses: {
      ...(clusterDomain !== undefined && { clusterDomain }),
      dnsServers: listOf(dnsServers === undefined ? [] : [dnsServers]),
      ...(controllerPorts !== undefined && {
        controllerPorts: controllerPortsOf('--controller-ports', controllerPorts),
      }),
      nodes: listOf(nodes),
      loadBalancer: listOf(loadBalancer),
      ingressController: listOf(ingressController),
    },
  }
}

const settleMsOf = ({ settle }: Pick<CheckOptions, 'settle'>): number =>
  settle === undefined ? 0 : millisecondsOf('--settle', settle)

const DEFAULT_WAIT_MS = 60_000

/** As long as a job may take. */
const WAIT_MAX_MS = 900_000

/** Returns how long to wait, milliseconds: by default, settling adds its own time to that of a check. */
export function waitMsOf(options: Pick<CheckOptions, 'wait' | 'settle'>): number {
  if (options.wait === undefined) {
    return DEFAULT_WAIT_MS + settleMsOf(options)
  }
  const waitMs = millisecondsOf('--wait', options.wait)
  if (waitMs < 200 || waitMs > WAIT_MAX_MS) {
    throw new CliError(`--wait takes from 200ms to 15m, not "${options.wait}".`)
  }
  return waitMs
}

/** Puts the deadline 2 s before the end of the wait, or at half of a short one, so that there is a verdict in time. */
export const deadlineFor = (waitMs: number): number => Math.max(waitMs - 2000, Math.round(waitMs / 2))

export type Asked = {
  /** `null`: the only one. */
  service: string | null
  options: CheckOptions
  shared: Shared
  /** `null`: the objects are read from a live cluster. */
  files: readonly ManifestFile[] | null
  /** The text of all files; null if there are none. */
  text: string | null
  /** Null leaves the namespace to the server, or to this process. */
  namespace: string | null
}

/** As requests name it. */
export const targetOf = ({ options, text, namespace, service }: Asked) => ({
  ...(namespace !== null && { namespace }),
  ...(options.cluster !== undefined && { cluster: options.cluster }),
  ...(text !== null && { manifests: text }),
  ...(service !== null && { service }),
})
