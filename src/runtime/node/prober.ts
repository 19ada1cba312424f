/**
 * Probing, in a thread of its own: nothing else that this process does – a commit to the database, an answer of ten
 * megabytes, a plan of a thousand Services – keeps it from hearing a socket, so that timings are true.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { OwnAddresses } from '../../check/own-listener.ts'
import { isFailure, ProberGoneError, type RunChecks, type WorkHooks, type WorkResults } from '../../check/work.ts'
import type { Log } from '../../lib/log.ts'
import { egressOf } from '../egress.ts'
import { THREAD_LIMITS } from './heaps.ts'
import type { News, Order, ProberData, ProberSettings } from './prober-messages.ts'

export type Prober = {
  /** Makes the tries of a run in the thread. Rejects with {@link ProberGoneError} where that ended under it. */
  runChecks: RunChecks
  /** Starts the thread, so that the first run need not wait for it. */
  start(): void
  readonly triesUnderWay: number
  /** Tells the thread where this Portolan is reached; one that starts later is handed it. */
  toldOwn?(own: OwnAddresses): void
  /** Ends the thread; what still runs in it rejects. */
  close(): Promise<void>
}

/** The module of the thread lies beside this one: as a source, or as the build made it of that. */
const THREAD = new URL(
  fileURLToPath(import.meta.url).endsWith('.ts') ? 'prober-thread.ts' : 'prober.js',
  import.meta.url,
)

type Run = Pick<WorkHooks, 'record' | 'room'> & { settle(cause?: unknown): void }

/**
 * @param module what the thread runs, for tests of threads that fail.
 * @param ended is told that the thread has ended by itself, and why; left out: the log is.
 */
export function createProber(
  settings: ProberSettings,
  log: Log,
  module = THREAD,
  ended?: (cause: unknown) => void,
): Prober {
  const underWay = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const runs = new Map<number, Run>()
  let last = 0
  let thread: Worker | null = null
  let closed = false

  const hear = (news: News): void => {
    if ('log' in news) {
      log[news.log.level](news.log.event, news.log.fields)
    } else if ('thrown' in news) {
      runs.get(news.number)?.settle(news.thrown)
    } else {
      void take(news.number, news.sent)
    }
  }

  const take = async (number: number, { results, done }: WorkResults): Promise<void> => {
    const run = runs.get(number)
    for (const result of results) {
      run?.record(result)
    }
    if (done) {
      return run?.settle()
    }
    await run?.room?.()
    const taken: Order = { number, taken: results.length }
    thread?.postMessage(taken)
  }

  const gone = (cause: unknown): void => {
    thread = null
    Atomics.store(underWay, 0, 0)
    if (!closed) {
      const tell = ended ?? ((why: unknown) => log.error('prober_ended', { cause: why, runs: runs.size }))
      tell(cause)
    }
    for (const run of [...runs.values()]) {
      run.settle(new ProberGoneError('the thread that probes has ended', { cause }))
    }
  }

  const started = (): Worker => {
    if (thread !== null) {
      return thread
    }
    const workerData: ProberData = {
      ...{ role: 'prober', settings: plain(settings) },
      underWay: underWay.buffer as SharedArrayBuffer,
    }
    const worker = new Worker(module, { workerData, name: 'prober', resourceLimits: THREAD_LIMITS })
    let cause: unknown
    worker.on('message', hear)
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', () => gone(cause))
    thread = worker
    return worker
  }

  return {
    runChecks(handed, { signal, record, room }) {
      if (closed) {
        return Promise.reject(new ProberGoneError('this process is ending'))
      }
      const number = ++last
      const tell = (order: Order): void => started().postMessage(order)
      const abort = (): void => {
        const { reason } = signal
        tell({ number, abort: { failure: isFailure(reason) ? reason : null } })
      }
      return new Promise((resolve, reject) => {
        tell({ number, handed })
        runs.set(number, {
          record,
          ...(room && { room }),
          settle(cause) {
            runs.delete(number)
            signal.removeEventListener('abort', abort)
            if (cause === undefined) {
              resolve()
            } else {
              reject(cause)
            }
          },
        })
        signal.addEventListener('abort', abort)
        if (signal.aborted) {
          abort()
        }
      })
    },
    start: started,
    toldOwn(own) {
      const order: Order = { own }
      thread?.postMessage(order)
    },
    get triesUnderWay() {
      return Atomics.load(underWay, 0)
    },
    async close() {
      closed = true
      await thread?.terminate()
    },
  }
}

/** The part of the configuration that the thread needs. The whole holds secrets. */
const plain = (settings: ProberSettings): ProberSettings => {
  const { concurrency, concurrencyPerAddress, dnsServers = [], usageLimits } = settings
  return { ...egressOf(settings), concurrency, concurrencyPerAddress, dnsServers, ...(usageLimits && { usageLimits }) }
}
