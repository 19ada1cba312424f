/**
 * The Portolan that a command asks: a server by its address, or one within this process. Which it is no command knows.
 *
 * @module
 */
import { createLog, LOG_LEVELS } from '../../lib/log.ts'
import { visible } from '../../report/visible.ts'
import { CliError } from './exit.ts'
import type { Io } from './io.ts'
import { readableLine } from './log-line.ts'
import { type ClientSettings, readClientSettings, type SettingFlags } from './settings.ts'

export type Asked = {
  /** Without a slash at the end. */
  baseUrl: string
  fetch(request: Request): Promise<Response>
  /** It is within this process: paths are seen from this machine, and nothing is kept. */
  isLocal: boolean
  settings: ClientSettings
  /** Ends all that is asked: whoever runs the program has had enough, or it can give no answer any more. */
  signal: AbortSignal
  close(): Promise<void>
}

/** Options of a Portolan that runs within this process. */
export type Here = {
  /** Does not lift the rule that this machine's own addresses are not dialled. */
  strictEgress?: boolean
  /** `false`: nothing is read from a cluster, and no kubeconfig is looked at. */
  readsCluster?: boolean
}

/** With `server: null` it is within this process, whatever the settings say. */
export type Asking = SettingFlags & Here

/** The application within this process; nothing of it is loaded for those who ask a server. */
export const openAsked = async (io: Io, asking: Asking): Promise<Asked> =>
  openWith(io, await readClientSettings(io, asking), asking)

/** The same, with settings that have been read. */
const openWith = async (io: Io, settings: ClientSettings, here: Here): Promise<Asked> =>
  settings.server === null ? openHere(io, settings, here) : thatOf(io, settings.server, settings)

const thatOf = (io: Io, server: string, settings: ClientSettings): Asked => ({
  ...toServer(io, server, settings),
  ...{ isLocal: false, settings, signal: io.signal, close: async () => undefined },
})

/** Keeps the last answer of a server to each process that asked. */
const lastAnswers = new WeakMap<Io, string>()

/**
 * The last answer of a server, as `POST https://portolan.example/v1/jobs was answered with 201 application/json`, for
 * errors of whoever reads it; `null`: no server has answered.
 */
export const lastAnswerTo = (io: Io): string | null => lastAnswers.get(io) ?? null

/**
 * For commands about what a server keeps.
 *
 * @throws CliError if none is named
 */
export async function openServer(io: Io, asking: SettingFlags): Promise<Asked> {
  const settings = await readClientSettings(io, asking)
  if (settings.server === null) {
    throw new CliError('Name the Portolan to ask: --server https://portolan.example, or PORTOLAN_SERVER.')
  }
  return thatOf(io, settings.server, settings)
}

async function openHere(io: Io, settings: ClientSettings, here: Here): Promise<Asked> {
  const { strictEgress = false, readsCluster = true } = here
  const [{ openLocal }, { localConfig }] = await Promise.all([import('../node/local.ts'), import('./local-config.ts')])
  const { local: set, nameOf } = settings
  const env = readsCluster
    ? set
    : Object.fromEntries(Object.entries(set).filter(([name]) => !OF_CLUSTERS.includes(name)))
  const level = LOG_LEVELS.find((each) => each === env.PORTOLAN_LOG_LEVEL) ?? 'warn'
  let isClosing = false
  const write = (line: string): void => {
    // Work that is cut short by closing is not worth a line
    if (!isClosing) {
      io.stderr.write(`${readableLine(line)}\n`)
    }
  }
  const log = createLog(level, write, Date.now)
  const local = await openLocal(localConfig(env, { strictEgress, nameOf }), log, PROBES_FROM)
  return {
    baseUrl: 'http://localhost',
    fetch: local.fetch,
    isLocal: true,
    settings: { ...settings, local: env },
    signal: AbortSignal.any([io.signal, local.broken]),
    close() {
      isClosing = true
      return local.close()
    },
  }
}

/** A kubeconfig that cannot be read is no matter to whoever brings manifests. */
const OF_CLUSTERS: readonly string[] = ['PORTOLAN_KUBECONFIG', 'PORTOLAN_KUBE_CONTEXT', 'PORTOLAN_CLUSTERS']

/**
 * The thread that probes begins in this very file where all is bundled into one, and in a module of its own otherwise.
 */
export const PROBES_FROM = new URL(
  import.meta.url.endsWith('.ts') ? '../node/prober-thread.ts' : import.meta.url,
  import.meta.url,
)

/** Requests carry the token, to this server and no other. @throws CliError if it would be readable on the way */
function toServer(io: Io, server: string, { token, insecureHttp }: ClientSettings): Pick<Asked, 'baseUrl' | 'fetch'> {
  const { protocol, hostname } = new URL(server)
  if (token !== null && protocol === 'http:' && !isThisMachine(hostname) && !insecureHttp) {
    throw new CliError(
      `${server}: the token would be sent over http, where everybody on the way can read it. Name an https address, or ` +
        'allow it where the way is safe: --insecure-http, or PORTOLAN_INSECURE_HTTP=true.',
    )
  }
  return {
    baseUrl: server,
    async fetch(request) {
      const headers = new Headers(request.headers)
      if (token !== null) {
        headers.set('authorization', `Bearer ${token}`)
      }
      const response = await fetch(new Request(request, { headers, redirect: 'manual' }))
      const { pathname } = new URL(request.url)
      const type = (response.headers.get('content-type') ?? '').replace(/;.*/s, '')
      const what = visible(`${response.status} ${type}`.trim())
      lastAnswers.set(io, `${request.method} ${new URL(server).origin}${pathname} was answered with ${what}`)
      if (response.status === 401 && token === null && type === 'application/problem+json') {
        throw new CliError(
          `${server} asks for a token: set PORTOLAN_TOKEN, or name a file that holds it by --token-file. ` +
            'Whoever has one of an admin makes others by portolan tokens create.',
        )
      }
      const location = response.headers.get('location')
      if (response.status >= 300 && response.status < 400 && location !== null) {
        throw new CliError(`${server} leads on to ${visible(location)}. Name the address where the API answers itself.`)
      }
      return response
    },
  }
}

const isThisMachine = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
