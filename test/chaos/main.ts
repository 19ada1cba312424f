/**
 * `npm run chaos`: the built server is killed with SIGKILL again and again, at moments drawn by lot, while four clients
 * post, read, repeat and cancel and schedules run every second. After each round everything that was acknowledged must
 * have ended once, and each occurrence must have run once. `--rounds 100 --seed 1`.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { leaveResults, type Shown } from '../../scripts/leave-results.ts'
import type { JobDocument } from '../../src/report/job-document.ts'
import { createRandom, type Random } from '../support/api-server/random.ts'
import { countedOnce, packetsOut } from '../support/no-way-out.ts'
import { freePort } from '../support/program.ts'
import { startPod } from '../support/toad.ts'
import { ask, note, noteResults, runClient, send } from './clients.ts'
import { checkEnded, checkLeft, checkRollups, madeBy } from './invariants.ts'
import type { Operation, Targets } from './operations.ts'
import { checkSchedules, makeSchedules, type Scheduled } from './schedules.ts'
import { createServer, type Killable } from './server.ts'

const CLIENTS = 4
/** The clients have asked up to so often before the server is killed, a moment later. */
const ASKED_MAX = 24
const MOMENT_MS = 60
/** A machine that has no time for it is not waited for any longer. */
const WORK_MS = 15_000
/** A start that is killed: before it listens, or soon after. */
const START_MS = 900

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string' }, keep: { type: 'boolean' } },
})
const rounds = Number(options.rounds)
const seed = Number(options.seed ?? Date.now() % 1_000_000)

type Totals = { acknowledged: number; unknown: number; refused: number; occurrences: number; wrong: string[] }

/** Resolves when everything has ended, and what was not answered is known. @returns what is wrong */
async function settle(url: string, operations: readonly Operation[], databaseFile: string): Promise<string[]> {
  const wrong: string[] = []
  for (const operation of operations) {
    const { answer, key, read, name } = operation
    // Whoever was not answered asks again with the same key; whoever was is told the same.
    for (let repeat = 0; repeat < 2 && key !== null && answer !== 'refused'; repeat++) {
      wrong.push(...note(operation, await send(url, { ...operation, path: operation.path.split('?')[0] ?? '' })))
    }
    if (operation.id !== null) {
      const end = await ask(url, `${read + operation.id}?wait=60`)
      if (end?.status !== 200) {
        wrong.push(`${name}: ${operation.id} has not ended: ${JSON.stringify(end).slice(0, 200)}`)
      } else if (read === '/v1/jobs/') {
        const document = end.body as unknown as JobDocument
        wrong.push(...noteResults(operation, document), ...summaryOf(document))
      }
    } else {
      for (const { id } of madeBy(databaseFile, name)) {
        await ask(url, `/v1/${id.startsWith('cmp_') ? 'compares' : 'jobs'}/${id}?wait=60`)
      }
    }
  }
  return wrong
}

/** The summary of a job is about pairs of paths and checks; here each path has one check. */
function summaryOf({ id, status, paths, summary }: JobDocument): string[] {
  const count = (outcome: string): number => paths.filter((path) => path.outcome === outcome).length
  const isRight = summary.pass === count('pass') && summary.fail === count('fail') && summary.error === count('error')
  return status === 'cancelled' || isRight ? [] : [`${id}: the summary is ${JSON.stringify(summary)}`]
}

/** Kills the server once, twice or three times under its clients. @returns what they have asked for, and what is wrong */
async function underKills(
  server: Killable,
  round: number,
  random: Random,
  targets: Targets,
): Promise<{ operations: Operation[]; wrong: string[] }> {
  const stop = new AbortController()
  const asked = new EventEmitter()
  const clients = Array.from({ length: CLIENTS }, (_, i) =>
    runClient(`r${round}-c${i}`, server, targets, createRandom(seed * 7919 + round * CLIENTS + i), stop.signal, () =>
      asked.emit('asked'),
    ),
  )
  for (let kills = 1 + random.below(2); kills > 0; kills--) {
    const late = AbortSignal.timeout(WORK_MS)
    for (let left = random.below(ASKED_MAX); left > 0 && !late.aborted; left--) {
      await once(asked, 'asked', { signal: late }).catch(() => undefined)
    }
    await sleep(random.below(MOMENT_MS))
    await server.kill()
    if (random.below(3) === 0) {
      await server.start(random.below(START_MS))
    }
    if (kills > 1) {
      await server.start()
    }
  }
  stop.abort()
  const done = await Promise.all(clients)
  return {
    operations: done.flatMap(({ operations }) => operations),
    wrong: done.flatMap(({ wrong }) => wrong),
  }
}

async function main(): Promise<number> {
  execFileSync(process.execPath, ['scripts/build.ts', '--if-needed'], { stdio: 'inherit' })
  const startedAtMs = Date.now()
  const sent = await countedOnce()
  const folder = mkdtempSync(join(tmpdir(), 'portolan-chaos-'))
  const databaseFile = join(folder, 'portolan.db')
  const random = createRandom(seed)
  const slow = createRandom(seed + 1)
  const pod = await startPod('toad', '0.0.0.0', (_request, response) => {
    setTimeout(() => response.end('ok'), slow.of([0, 0, 0, 5, 40, 150]))
  })
  const targets = { pod: pod.port, closed: await freePort() }
  const server = createServer(databaseFile)
  const totals: Totals = { acknowledged: 0, unknown: 0, refused: 0, occurrences: 0, wrong: [] }
  const all: Operation[] = []
  console.log(`seed ${seed}: ${rounds} rounds`)

  await server.start()
  const scheduled: Scheduled[] = await makeSchedules(await server.up(), pod.port)
  for (let round = 1; round <= rounds && totals.wrong.length === 0; round++) {
    if (round > 1) {
      await server.start()
    }
    const { operations, wrong } = await underKills(server, round, random, targets)
    wrong.push(...checkLeft(databaseFile, operations))
    await server.start()
    wrong.push(...(await settle(await server.up(), operations, databaseFile)))
    const code = await server.stop()
    if (code !== 0) {
      wrong.push(`SIGTERM: ended with ${code}`)
    }
    const database = new Database(databaseFile, { readonly: true })
    const occurrences = checkSchedules(database, scheduled, server.gaps, server.lines)
    all.push(...operations)
    wrong.push(...checkEnded(database, round === rounds ? all : operations), ...occurrences.wrong)
    database.close()
    wrong.push(...(await checkRollups(databaseFile, startedAtMs)))
    wrong.push(...server.lines.filter((line) => line.includes('"level":"error"')).map((line) => `log: ${line}`))
    totals.occurrences += occurrences.ran
    for (const { answer } of operations) {
      totals[answer]++
    }
    totals.wrong.push(...wrong.map((what) => `round ${round}: ${what}`))
    const size = Math.round(statSync(databaseFile).size / 1e5) / 10
    console.log(
      `round ${round}: ${operations.length} operations, ${occurrences.ran} occurrences, ${server.kills} kills, ${size} MB, ${wrong.length} wrong`,
    )
  }
  await pod.close()
  const out = packetsOut() - sent
  const count = (word: string): number => totals.wrong.filter((what) => what.includes(word)).length
  for (const what of totals.wrong.slice(0, 50)) {
    console.log(what)
  }
  console.log(
    `${rounds} rounds, ${server.kills} kills, ${totals.acknowledged} acknowledged, ${totals.unknown} not answered, ` +
      `${totals.refused} refused, ${totals.occurrences} occurrences of schedules in ` +
      `${Math.round((Date.now() - startedAtMs) / 1000)} s: lost ${count(': lost')}, doubled ${count(': doubled')}, ` +
      `wrong ${totals.wrong.length}, packets out ${out}`,
  )
  const shown = (what: string, isKept: boolean): Shown => ({ what, failure: isKept ? null : (totals.wrong[0] ?? what) })
  leaveResults('chaos', [
    shown(`${rounds} rounds of chaos: nothing is lost`, count(': lost') === 0),
    shown(`${rounds} rounds of chaos: nothing is doubled`, count(': doubled') === 0),
    shown(`${rounds} rounds of chaos: all else holds`, totals.wrong.length === 0),
    shown('no packet leaves', out === 0),
  ])
  if (options.keep || totals.wrong.length > 0) {
    console.log(`the database is ${databaseFile}`)
  } else {
    rmSync(folder, { recursive: true })
  }
  return totals.wrong.length > 0 || out > 0 ? 1 : 0
}

process.exitCode = await main()
