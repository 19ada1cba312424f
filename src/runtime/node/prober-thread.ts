/**
 * The thread that probes: makes the tries of the runs that it is given, and tells their results. It has the only
 * sockets to targets, and no database. See `prober.ts`.
 *
 * @module
 */
import { setFlagsFromString } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import type { CheckDeps } from '../../check/deps.ts'
import type { Result } from '../../check/result.ts'
import { runChecks } from '../../check/run-checks.ts'
import { createGate } from '../../check/try-limiter.ts'
import { createTurns } from '../../check/turns.ts'
import { createUsage } from '../../check/usage.ts'
import type { HandedWork } from '../../check/work.ts'
import { systemClock } from '../../lib/clock.ts'
import { type Log, type LogFields, type LogLevel, plainFields } from '../../lib/log.ts'
import { policyOf } from '../egress.ts'
import { interfaceAddresses } from './interfaces.ts'
import { createNodeNetwork } from './network.ts'
import type { News, Order, ProberData } from './prober-messages.ts'

/** Milliseconds for which a result waits for others, as each message costs both threads a turn. */
const GATHER_MS = 20
/** The most results of one message, so that making it keeps no socket waiting. */
const RESULTS_MAX = 64
/**
 * Results of one run that are sent and not taken. No more tries of it begin then: memory must not grow with a slow
 * disk.
 */
const UNTAKEN_MAX = 256

// As tasks, V8's young collections would come after a wait, and what had come before them would be heard as if it came
// after. Without, they come in turns, and the thread knows that it was busy (`heardAt`)
setFlagsFromString('--no-minor-gc-task')

if (parentPort === null) {
  throw new Error('this module is a thread, not a program')
}
const port = parentPort
const { settings, underWay }: ProberData = workerData
const active = new Int32Array(underWay)

const tell = (news: News): void => port.postMessage(news)

const deps: CheckDeps = {
  network: createNodeNetwork(),
  clock: systemClock,
  policy: policyOf(settings, interfaceAddresses),
  ownDnsServers: settings.dnsServers ?? [],
  gate: createGate({ total: settings.concurrency, perAddress: settings.concurrencyPerAddress }, (tries) =>
    Atomics.store(active, 0, tries),
  ),
  ...(settings.usageLimits && { usage: createUsage(systemClock, settings.usageLimits) }),
  turn: createTurns(setImmediate),
  log: { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') },
}

function logAt(level: LogLevel): Log[LogLevel] {
  return (event: string, fields: LogFields = {}) => tell({ log: { level, event, fields: plainFields(fields) } })
}

const runs = new Map<number, { cut: AbortController; outbox: Outbox }>()

port.on('message', (order: Order) => {
  if ('own' in order) {
    return void Object.assign(settings.own ?? {}, order.own)
  }
  if ('handed' in order) {
    return void perform(order.number, order.handed)
  }
  const run = runs.get(order.number)
  if ('taken' in order) {
    run?.outbox.taken(order.taken)
  } else {
    run?.cut.abort(order.abort.failure ?? undefined)
  }
})

async function perform(number: number, handed: HandedWork): Promise<void> {
  const { generation } = handed
  const cut = new AbortController()
  const outbox = createOutbox((results, done) => tell({ number, sent: { generation, results, done } }))
  runs.set(number, { cut, outbox })
  const thrown = await runChecks(deps, handed, { signal: cut.signal, record: outbox.add, room: outbox.room }).then(
    () => null,
    handedOver,
  )
  runs.delete(number)
  outbox.end(thrown === null)
  if (thrown !== null) {
    tell({ number, thrown })
  }
}

type Outbox = {
  add(result: Result): void
  room(): Promise<void> | null
  /**
   * Sends what is gathered. Nobody is kept waiting for room any more: the run may be taken up again.
   *
   * @param done no result is missing.
   */
  end(done: boolean): void
  taken(count: number): void
}

function createOutbox(post: (results: readonly Result[], done: boolean) => void): Outbox {
  let gathered: Result[] = []
  let untaken = 0
  let full: PromiseWithResolvers<void> | null = null
  const send = (done = false): void => {
    if (gathered.length > 0 || done) {
      post(gathered, done)
    }
    gathered = []
  }
  return {
    add(result) {
      gathered.push(result)
      untaken++
      if (gathered.length === 1) {
        setTimeout(send, GATHER_MS)
      } else if (gathered.length === RESULTS_MAX) {
        send()
      }
    },
    room() {
      if (untaken < UNTAKEN_MAX) {
        return null
      }
      full ??= Promise.withResolvers()
      return full.promise
    },
    end(done) {
      send(done)
      full?.resolve()
    },
    taken(count) {
      untaken -= count
      if (untaken >= UNTAKEN_MAX) {
        return
      }
      full?.resolve()
      full = null
    },
  }
}

/** An error may hold what no other thread can have, a socket for one. */
function handedOver(cause: unknown): Error {
  const error = new Error(cause instanceof Error ? cause.message : String(cause))
  if (cause instanceof Error && cause.stack !== undefined) {
    error.stack = cause.stack
  }
  return error
}
