/**
 * The thread that probes: makes the tries of the runs that it is given, and tells their results. It has the only
 * sockets to targets, and no database. See `prober.ts`.
 *
 * @module
 */
import { setFlagsFromString } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { createPolicy } from '../../check/policy.ts'
import type { Result } from '../../check/result.ts'
import { type CheckDeps, runChecks } from '../../check/run-checks.ts'
import { createGate } from '../../check/try-limiter.ts'
import { createTurns } from '../../check/turns.ts'
import { systemClock } from '../../lib/clock.ts'
import { type Log, type LogFields, type LogLevel, plainFields } from '../../lib/log.ts'
import { createNodeNetwork } from './network.ts'
import type { News, Order, ProberData, Work } from './prober-messages.ts'

/** How long a result waits for others: each message costs both threads a turn. */
const GATHER_MS = 20
/** Of one message, so that making it keeps no socket waiting. */
const RESULTS_MAX = 64
/** Of one run, told and not taken yet, before no more tries of it begin: memory must not grow with a slow disk. */
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
  policy: createPolicy({ allow: settings.egressAllow, deny: settings.egressDeny }),
  ownDnsServers: settings.dnsServers ?? [],
  gate: createGate({ total: settings.concurrency, perAddress: settings.concurrencyPerAddress }, (tries) =>
    Atomics.store(active, 0, tries),
  ),
  turn: createTurns(setImmediate),
  log: { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') },
}

function logAt(level: LogLevel): Log[LogLevel] {
  return (event: string, fields: LogFields = {}) => tell({ log: { level, event, fields: plainFields(fields) } })
}

const runs = new Map<number, { cut: AbortController; outbox: Outbox }>()

port.on('message', (order: Order) => {
  if ('work' in order) {
    return void perform(order.number, order.work)
  }
  const run = runs.get(order.number)
  if ('taken' in order) {
    run?.outbox.taken(order.taken)
  } else {
    run?.cut.abort(order.abort.failure ?? undefined)
  }
})

async function perform(number: number, work: Work): Promise<void> {
  const cut = new AbortController()
  const outbox = createOutbox((results) => tell({ number, results }))
  runs.set(number, { cut, outbox })
  const ended = await runChecks(deps, { ...work, signal: cut.signal, record: outbox.add, room: outbox.room }).then(
    () => ({}),
    (cause: unknown) => ({ cause: handedOver(cause) }),
  )
  runs.delete(number)
  outbox.end()
  tell({ number, ended })
}

type Outbox = {
  add(result: Result): void
  room(): Promise<void> | null
  /** Sends what is gathered. Nobody is kept waiting for room any more: the run may be taken up again. */
  end(): void
  taken(count: number): void
}

function createOutbox(post: (results: readonly Result[]) => void): Outbox {
  let gathered: Result[] = []
  let untaken = 0
  let full: PromiseWithResolvers<void> | null = null
  const send = (): void => {
    if (gathered.length > 0) {
      post(gathered)
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
    end() {
      send()
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
