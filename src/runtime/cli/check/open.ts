/**
 * The Portolan that a command asks, with its client: a server by its address, or one within this process.
 *
 * @module
 */
import {
  type Client,
  createClient,
  PortolanError,
  PortolanProblem,
  PortolanUnreachable,
  PortolanWaitTimeout,
} from '../../../client/index.ts'
import { StartError } from '../../node/start-error.ts'
import { VERSION } from '../../version.ts'
import { openAsked } from '../asked.ts'
import { CliError } from '../exit.ts'
import type { Io } from '../io.ts'
import type { ClientSettings } from '../settings.ts'
import type { AskOptions } from './options.ts'
import { millisecondsOf } from './words.ts'

export type Portolan = {
  client: Client
  /** Is answered when a signal has aborted the other. */
  lastWords: Client
  /** `null`: it is within this process. */
  server: string | null
  settings: ClientSettings
  close(): Promise<void>
}

/** Cancelling the work after a signal may take this long. */
const LAST_WORDS_MS = 5_000

/** @param readsCluster the objects are to be read from a live cluster, and do not come with the request. */
export async function openPortolan(io: Io, options: AskOptions, readsCluster: boolean): Promise<Portolan> {
  const requestTimeoutMs = millisecondsOf('--server-timeout', options.serverTimeout ?? '30s')
  const { local = false, strictEgress = false, server: named, ...flags } = options
  if (local && named !== undefined) {
    throw new CliError('--local probes from here, and --server asks a server: leave one of them out.')
  }
  const server = local ? { server: null } : named === undefined ? {} : { server: named }
  const asked = await openAsked(io, { ...flags, ...server, strictEgress, readsCluster }).catch((error: unknown) => {
    // It goes on with the file that is wrong, which says more than a variable that nobody has set.
    throw error instanceof StartError ? new CliError(error.message.replace(/^PORTOLAN_KUBECONFIG: /, '')) : error
  })
  if (!asked.isLocal) {
    refuseLocalOptions(options)
  }
  const shared = { baseUrl: asked.baseUrl, fetch: asked.fetch, userAgent: `portolan-cli/${VERSION}` }
  return {
    client: createClient({ ...shared, requestTimeoutMs, signal: asked.signal }),
    lastWords: createClient({ ...shared, requestTimeoutMs: LAST_WORDS_MS, retry: { limit: 0 } }),
    server: asked.isLocal ? null : asked.baseUrl,
    settings: asked.settings,
    close: asked.close,
  }
}

const ITS_EGRESS = 'its own settings say what it dials'
/** Options about this process, each with what a server has in their place. */
const LOCAL_OPTIONS = {
  context: ['--context', 'name one of its clusters by --cluster'],
  kubeconfig: ['--kubeconfig', 'name one of its clusters by --cluster'],
  strictEgress: ['--strict-egress', ITS_EGRESS],
  egressAllow: ['--egress-allow', ITS_EGRESS],
  egressDeny: ['--egress-deny', ITS_EGRESS],
} as const

/** Refuses options about the cluster and the egress of this process where a server is asked: they would do nothing. */
function refuseLocalOptions(options: AskOptions): void {
  for (const [name, [flag, instead]] of Object.entries(LOCAL_OPTIONS)) {
    if (options[name as keyof typeof LOCAL_OPTIONS] !== undefined) {
      throw new CliError(`${flag} is about checks from here, but a server is asked: ${instead}.`)
    }
  }
}

/**
 * Says of an error of the client what a user can do about it; others are returned as they are.
 *
 * @param server `null`: it is within this process.
 */
export function toldToUser(error: unknown, server: string | null): unknown {
  if (error instanceof PortolanProblem) {
    return new CliError(refusal(error, server))
  }
  if (error instanceof PortolanUnreachable) {
    if (error.cause instanceof CliError) {
      return error.cause
    }
    if (server === null) {
      return new CliError(error.reason === 'timeout' ? overdueHere(error) : error.message)
    }
    const next =
      error.reason === 'timeout'
        ? 'Is it overloaded, or is it something else that listens there? --server-timeout waits longer.'
        : 'Is it running, and is its address right?'
    return new CliError(`${error.message} ${next}`)
  }
  if (error instanceof PortolanWaitTimeout) {
    const { id } = error.last as { id: string }
    return new CliError(`${error.message} --wait waits longer, and portolan report ${id} tells what came of it.`)
  }
  return error instanceof PortolanError ? new CliError(error.message) : error
}

/** Nobody knows of an address that leads into this very process. */
const overdueHere = ({ message }: PortolanUnreachable): string =>
  `There was no answer within ${/[\d.]+ s\.$/.exec(message)?.[0] ?? 'the time.'} Where a cluster is read, is its API server ` +
  'overloaded, or is it something else that listens there? --server-timeout waits longer.'

function refusal({ code, detail, errors, status, requestId }: PortolanProblem, server: string | null): string {
  switch (code) {
    case 'unauthenticated':
      return `${server} does not take the token: ${detail} Set PORTOLAN_TOKEN, or name a file that holds it by --token-file.`
    case 'forbidden':
      return `${server} does not allow that: ${detail}`
    case 'no_cluster':
      // It is the name that is wrong, and not that there is none
      if (errors.some(({ pointer }) => pointer === '/target/cluster')) {
        return detail
      }
      return server === null ? NO_CLUSTER : `${server} reads no cluster. ${GIVE_ONE}`
    case 'internal':
      return server === null ? detail : `${server} failed (${status}, request ${requestId}); its log says more.`
    case 'not_found':
      return notThere(detail, server)
    case 'invalid_request':
    case 'impossible_request':
      return errors.length === 0 ? detail : errors.map(faultOf).join('\n')
    default:
      return detail
  }
}

/** A route that is not there says something of the server, or of its address; else it is what was asked for. */
function notThere(detail: string, server: string | null): string {
  if (server !== null && detail.startsWith('There is no /v1/')) {
    return `${server} is an older Portolan than this program (${VERSION}): ${detail} Update it, or use a program of its version.`
  }
  const { origin, pathname } = server === null ? { origin: '', pathname: '/' } : new URL(server)
  return pathname !== '/' && detail.startsWith(`There is no ${pathname}/v1/`)
    ? `A Portolan answers at ${origin}, and not below ${pathname}: name it by --server ${origin}, without that path.`
    : detail
}

/** A field of the request by the option that it comes from. */
const faultOf = ({ pointer, detail }: PortolanProblem['errors'][number]): string => {
  const [, flag] = FLAGS.find(([start]) => pointer.startsWith(start)) ?? []
  return `${flag ?? pointer}: ${detail}`
}

/** The longer ones before those that begin like them. */
const FLAGS: readonly (readonly [pointer: string, flag: string])[] = [
  ['/target/namespace', '-n'],
  ['/target/service', 'the name of the Service'],
  ['/target/selector', '-l'],
  ['/target/cluster', '--cluster'],
  ['/paths/include', '--include'],
  ['/paths/exclude', '--exclude'],
  ['/expect/reachable', '--expect-reachable'],
  ['/expect/unreachable', '--expect-unreachable'],
  ['/addresses/nodes', '--nodes'],
  ['/addresses/loadBalancer', '--load-balancer'],
  ['/addresses/ingressController', '--ingress-controller'],
  ['/addresses/controllerPorts', '--controller-ports'],
  ['/addresses/dnsServers', '--dns-servers'],
  ['/addresses/clusterDomain', '--cluster-domain'],
  ['/scopes', '--scope'],
  ['/namespaces', '--namespace'],
  ['/clusters', '--cluster'],
  ['/egressOnly', '--egress-only'],
  ['/expiresAt', '--expires'],
  ['?window', '--window'],
  ['?from', '--from'],
  ['?to', '--to'],
  ['?objective', '--objective'],
  ['?selector', '-l'],
  ['?namespace', '-n'],
  ['/samples', '--samples'],
  ['/retries', '--retries'],
  ['/settleMs', '--settle, in milliseconds'],
  ['/timeoutMs', '--timeout, in milliseconds'],
  ['/labels', '--label'],
  ['/ignoreHeaders', '--ignore-header'],
  ['/methods', '--methods'],
  ['/limits/requests', '--requests'],
  ['/left/addresses/controllerPorts', '--left-ports'],
  ['/left/addresses', '--left-controller'],
  ['/right/addresses/controllerPorts', '--right-ports'],
  ['/right/addresses', '--right-controller'],
]

const GIVE_ONE =
  'PORTOLAN_KUBECONFIG would give it one. portolan check -f FILE sends it manifests, and portolan check --local reads the ' +
  'cluster of your own kubeconfig, from here.'

const NO_CLUSTER =
  'No cluster is known: neither --kubeconfig nor KUBECONFIG nor ~/.kube/config names one. Name one, give manifests by ' +
  '-f FILE, or ask a server by --server URL.'
