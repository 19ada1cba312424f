/** Asks so many requests of one server, and watches it meanwhile. */
import fc from 'fast-check'
import { countedOnce, packetsOut } from '../support/no-way-out.ts'
import { type Asked, anyAsked, type How } from './asked.ts'
import { bodiesFor, makeAskers } from './bodies.ts'
import { createIds, type Ids } from './ids.ts'
import { wrongOnTheWire, wrongWith } from './judge.ts'
import { createSender, type Sender, sendBytes } from './send.ts'
import { type Runtime, startUnderTest, type UnderTest } from './under-test.ts'
import { wireBytes } from './wire.ts'

export type Options = { runtime: Runtime; requests: number; seed: number; atOnce: number }

/** Something that was wrong, and the first request that showed it. */
export type Wrong = { told: string; times: number; nth: number; asked: string }

export type Ran = Options & {
  /** Answers by operation and status. */
  answers: ReadonlyMap<string, ReadonlyMap<number, number>>
  /** Requests by how they were made. */
  hows: ReadonlyMap<string, number>
  wrongs: readonly Wrong[]
  /** `/livez`, asked all the time. */
  alive: { asked: number; notAnswered: number; p99Ms: number; mostMs: number }
  /** Results of jobs that ended by a fault of ours. */
  faults: readonly string[]
  packetsOut: number
  ms: number
}

/** One of so many is bytes on a bare connection: on Workers the platform reads those. */
const WIRE_EVERY = 25
const HOUSEKEEPING_EVERY = 250
/** Schedules that may be: each makes jobs for ever. */
const SCHEDULES_MAX = 20

export async function run(options: Options): Promise<Ran> {
  const { runtime, requests, seed, atOnce } = options
  const before = await countedOnce()
  const startedMs = performance.now()
  const server = await startUnderTest(runtime)
  const sender = createSender(server.url, atOnce)
  const { authorizations, tokens } = await makeAskers(server)
  const ids = createIds(tokens)
  const noted = createNotes()
  const asking = anyAsked({ bodies: bodiesFor(server), authorizations })
  const beat = startHeartbeat(server.url)

  let nth = 0
  const work = async (): Promise<void> => {
    while (nth < requests && server.ended() === null) {
      const own = nth++
      const at = { seed: seed * 1_000_003 + own, numRuns: 1 }
      if (runtime === 'node' && own % WIRE_EVERY === 0) {
        const [bytes = new Uint8Array()] = fc.sample(wireBytes, at)
        await onTheWire(server, bytes, own, noted)
        continue
      }
      const [ask] = fc.sample(asking, at)
      if (ask !== undefined) {
        await one(server, sender, ask(ids), { ids, noted, own })
      }
      if (own % HOUSEKEEPING_EVERY === 0) {
        await keepHouse(server, sender, ids)
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))

  const alive = beat.stop()
  const ended = server.ended()
  if (ended !== null) {
    noted.wrong(`the server has ended (${ended})`, nth, server.lines.slice(-5).join('\n'))
  }
  const faults = faultsIn(server.lines)
  sender.close()
  await server.close()
  const { answers, hows, wrongs } = noted
  const ms = performance.now() - startedMs
  return {
    ...options,
    answers,
    hows,
    wrongs: [...wrongs.values()],
    alive,
    faults,
    packetsOut: packetsOut() - before,
    ms,
  }
}

function createNotes() {
  const answers = new Map<string, Map<number, number>>()
  const hows = new Map<string, number>()
  const wrongs = new Map<string, Wrong>()
  return {
    answers,
    hows,
    wrongs,
    answer(how: How | 'wire', operation: string, status: number): void {
      const of = answers.get(operation) ?? new Map<number, number>()
      answers.set(operation, of.set(status, (of.get(status) ?? 0) + 1))
      hows.set(how, (hows.get(how) ?? 0) + 1)
    },
    wrong(told: string, nth: number, asked: string): void {
      const known = wrongs.get(told)
      wrongs.set(told, known ? { ...known, times: known.times + 1 } : { told, times: 1, nth, asked })
    },
  }
}

type Noted = ReturnType<typeof createNotes>

const SHOWN_CHARS = 4000
const shownBody = (body: Asked['body']): string =>
  body === null ? '' : typeof body === 'string' ? body : Buffer.from(body).toString('base64')

async function one(
  server: UnderTest,
  sender: Sender,
  asked: Asked,
  { ids, noted, own }: { ids: Ids; noted: Noted; own: number },
): Promise<void> {
  const shown = (): string => JSON.stringify({ ...asked, body: shownBody(asked.body) }).slice(0, SHOWN_CHARS)
  try {
    const answer = await sender.send(asked)
    noted.answer(asked.how, asked.operationId, answer.status)
    ids.learn(answer.body.toString(), answer.headers, asked.target)
    for (const told of await wrongWith(server.url, server.runtime, asked, answer)) {
      noted.wrong(told, own, `${shown()}\n    answered ${answer.body.toString().slice(0, 1000)}`)
    }
  } catch (error) {
    noted.answer(asked.how, asked.operationId, 0)
    noted.wrong(
      `${asked.operationId} (${asked.method}): ${error instanceof Error ? error.message : error}`,
      own,
      shown(),
    )
  }
}

async function onTheWire(server: UnderTest, bytes: Uint8Array, own: number, noted: Noted): Promise<void> {
  const shown = (): string => JSON.stringify(Buffer.from(bytes).toString('latin1')).slice(0, SHOWN_CHARS)
  try {
    const { bytes: came } = await sendBytes(server.url, bytes)
    noted.answer('wire', 'bytes', Number(/^HTTP\/1\.1 (\d{3})/.exec(came.toString('latin1'))?.[1] ?? 0))
    for (const told of wrongOnTheWire(came)) {
      noted.wrong(told, own, shown())
    }
  } catch (error) {
    noted.wrong(`wire: ${error instanceof Error ? error.message : error}`, own, shown())
  }
}

/** What goes on without end is ended: schedules go, jobs are cancelled. */
async function keepHouse({ adminToken }: UnderTest, sender: Sender, ids: Ids): Promise<void> {
  const ask = (method: string, target: string) =>
    sender
      .send({
        ...{ how: 'valid', operationId: '', method, target, body: null },
        headers: [['authorization', `Bearer ${adminToken}`]],
      })
      .catch(() => undefined)
  for (const id of ids.beyond('schedule', SCHEDULES_MAX)) {
    await ask('DELETE', `/v1/schedules/${id}`)
  }
  for (const id of ids.beyond('job', 100)) {
    await ask('POST', `/v1/jobs/${id}/cancel`)
  }
}

const BEAT_MS = 200
const BEAT_LATE_MS = 10_000

function startHeartbeat(url: string) {
  const took: number[] = []
  let notAnswered = 0
  let stopped = false
  const beat = async (): Promise<void> => {
    while (!stopped) {
      const startedMs = performance.now()
      try {
        const { status } = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(BEAT_LATE_MS) })
        notAnswered += status === 200 ? 0 : 1
      } catch {
        notAnswered += stopped ? 0 : 1
      }
      took.push(performance.now() - startedMs)
      await new Promise((resolve) => setTimeout(resolve, BEAT_MS))
    }
  }
  void beat()
  return {
    stop() {
      stopped = true
      const sorted = took.toSorted((a, b) => a - b)
      return {
        asked: took.length,
        notAnswered,
        p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
        mostMs: sorted.at(-1) ?? 0,
      }
    },
  }
}

/** Lines of the log that tell of a bug. */
function faultsIn(lines: readonly string[]): string[] {
  return lines.filter((line) => /"level":"error"/.test(line)).slice(0, 20)
}
