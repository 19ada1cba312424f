/**
 * Starts the test server as a process, and speaks to it.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { ApiServerOptions } from '../api-server.ts'
import type { LargeCluster } from './large-cluster.ts'
import type { KubeObject } from './objects.ts'

export type ProcessOptions = Omit<ApiServerOptions, 'authority'> & {
  /** Begins with these objects. */
  cluster?: LargeCluster
  /** Of the changes. */
  seed?: number
  /** A command that runs what follows it, such as one that enters a network namespace. */
  within?: readonly string[]
}

export type Command = {
  do: 'stats' | 'clear' | 'changes' | 'apply' | 'sync' | 'restart' | 'token'
  perSecond?: number
  objects?: KubeObject[]
  token?: string
  name?: string
}

/** What the server counted, since its start or since it was told to forget. */
export type Told = {
  requests: number
  /** `list services team-1`, in their order. */
  lines: string[]
  bytes: number
  connections: number
  /** CPU time of the server's process, since its start. */
  cpuMs: number
  /** The resourceVersion of the last change. */
  version: number
}

export type ApiServerProcess = Awaited<ReturnType<typeof startApiServerProcess>>

export async function startApiServerProcess({ within = [], ...options }: ProcessOptions = {}) {
  const main = new URL('./main.ts', import.meta.url).pathname
  const [program = process.execPath, ...args] = [...within, process.execPath]
  const child = spawn(program, [...args, '--disable-warning=ExperimentalWarning', main, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async <T>(): Promise<T> => {
    const { value, done } = await lines.next()
    if (done) {
      throw new Error('the API server of the test has ended')
    }
    return JSON.parse(value) as T
  }
  const tell = async <T>(command: Command): Promise<T> => {
    child.stdin.write(`${JSON.stringify(command)}\n`)
    return (await next<{ done: T }>()).done
  }
  const begun = await next<{ url: string; caPem: string; token: string }>()
  return {
    ...begun,
    pid: child.pid,
    stats: () => tell<Told>({ do: 'stats' }),
    /** Forgets the requests so far. */
    clear: () => tell<null>({ do: 'clear' }),
    /** Changes so many objects a second, until it is told 0. */
    changes: (perSecond: number) => tell<null>({ do: 'changes', perSecond }),
    apply: (objects: KubeObject[]) => tell<number>({ do: 'apply', objects }),
    /** Makes the objects of the kinds that Portolan plans from exactly these. */
    sync: (objects: KubeObject[]) => tell<null>({ do: 'sync', objects }),
    restart: () => tell<null>({ do: 'restart' }),
    /** Takes one more token, of a user who may everything. */
    addToken: (token: string, name = 'admin') => tell<null>({ do: 'token', token, name }),
    async close(): Promise<void> {
      const exited = once(child, 'exit')
      child.stdin.end()
      await exited
    },
  }
}
