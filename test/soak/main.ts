/**
 * `npm run soak -- --minutes 30`: the production bundle under schedules, jobs, reads and hostile targets. Prints what it
 * keeps (memory, handles, database) and fails where that grows, or where a verdict is wrong.
 *
 * @module
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { leaveResults, type Shown } from '../../scripts/leave-results.ts'
import { startAll } from '../hostile/meet.ts'
import { COLLECTING, collect, residentMib } from '../hostile/memory.ts'
import { startBundle } from '../support/bundle.ts'
import { countedOnce, packetsOut } from '../support/no-way-out.ts'
import { startPod } from '../support/toad.ts'
import { type Counts, startLoad } from './load.ts'

const { values: options } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } })
const MINUTES = Number(options.minutes)

const SAMPLES_LEAST = 9
const MINUTE_MS = 60_000
const EVERY_MS = Math.min(MINUTE_MS, (MINUTES * MINUTE_MS) / SAMPLES_LEAST)
/** Between the middle third and the last: SQLite's cache fills for half an hour. */
const GROWTH = { memoryMib: 30, handles: 10 }
/** The log of a busy database is as large as what is written between two checkpoints. */
const WAL_MIB = 64
/** Bytes a job may take more at the end than in the middle. */
const BYTES_RATIO = 1.3
const TOKEN = 'the-admin-token-of-the-soak'
const MIB = 1024 * 1024

type Sample = { memoryMib: number; handles: number; databaseMib: number; walMib: number; jobs: number }

const before = await countedOnce()
const folder = mkdtempSync(join(tmpdir(), 'portolan-soak-'))
const database = join(folder, 'portolan.db')
const [pod, hostile] = await Promise.all([startPod('toad'), startAll()])
const portolan = await startBundle({
  ...COLLECTING,
  PORTOLAN_DATABASE: database,
  PORTOLAN_ADMIN_TOKEN: TOKEN,
  PORTOLAN_AUTH: 'tokens',
  PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
  PORTOLAN_VANTAGE: 'in-cluster',
  PORTOLAN_RATE_LIMIT_REQUESTS: 'off',
  PORTOLAN_RETENTION_RAW: '5m',
  PORTOLAN_RETENTION_FAILURES: '5m',
})
const { process: child } = portolan.program
const pid = child.pid ?? 0
const load = await startLoad(portolan.url, TOKEN, pod, hostile)

const jobsOf = ({ jobs, schedules, hostile: met }: Counts): number => jobs + schedules + met
const sizeMib = (file: string): number => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) / MIB

const samples: Sample[] = []
/** What was wrong and is printed. */
const told = new Set<string>()
const startedMs = performance.now()
const endsMs = startedMs + MINUTES * MINUTE_MS
console.log(
  `${'min'.padStart(5)}${['MiB', 'handles', 'db MiB', 'wal MiB', 'jobs', 'scheduled', 'hostile', 'reads', 'refused', 'wrong'].map((name) => name.padStart(10)).join('')}`,
)
while (performance.now() < endsMs && child.exitCode === null) {
  const nextMs = Math.min(endsMs, performance.now() + EVERY_MS)
  await collect(pid)
  await load.checkSchedules()
  const sample = measure()
  samples.push(sample)
  print(sample)
  await setTimeout(Math.max(0, nextMs - performance.now()))
}
await load.stop()
await load.checkSchedules()
const ended = child.exitCode
const alive = ended === null && (await fetch(`${portolan.url}/livez`)).status === 200
const troubles = portolan.program.lines.filter((line) => line.includes('"level":"error"'))
await portolan.stop()
await Promise.all([pod.close(), ...hostile.map(({ started }) => started.close())])
rmSync(folder, { recursive: true })
const left = packetsOut() - before

function measure(): Sample {
  return {
    memoryMib: residentMib(pid),
    handles: readdirSync(`/proc/${pid}/fd`).length,
    databaseMib: sizeMib(database),
    walMib: sizeMib(`${database}-wal`),
    jobs: jobsOf(load.counts),
  }
}

function print({ memoryMib, handles, databaseMib, walMib }: Sample): void {
  const { jobs, schedules, hostile: met, reads, refused } = load.counts
  const minutes = (performance.now() - startedMs) / MINUTE_MS
  const cells = [
    memoryMib.toFixed(1),
    handles,
    databaseMib.toFixed(1),
    walMib.toFixed(1),
    jobs,
    schedules,
    met,
    reads,
    refused,
    load.wrong.size,
  ]
  console.log(`${minutes.toFixed(1).padStart(5)}${cells.map((cell) => String(cell).padStart(10)).join('')}`)
  for (const each of load.wrong) {
    if (!told.has(each)) {
      console.log(`      wrong: ${each}`)
    }
    told.add(each)
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const third = Math.floor(samples.length / 3)
const middle = samples.slice(third, samples.length - third)
const last = samples.slice(samples.length - third)
const grown = (of: (sample: Sample) => number): number => median(last.map(of)) - median(middle.map(of))
const memory = grown(({ memoryMib }) => memoryMib)
const handles = grown((sample) => sample.handles)
const bytesAJob = ({ databaseMib, jobs }: Sample): number => (databaseMib * MIB) / jobs
const ratio = median(last.map(bytesAJob)) / median(middle.map(bytesAJob))
const mostWal = Math.max(...samples.map(({ walMib }) => walMib))
const { counts, wrong } = load

const shown: Shown[] = [
  {
    what: `${MINUTES} minutes of soak: ${counts.jobs} jobs asked for, ${counts.schedules} by schedules, ${counts.hostile} against hostile targets, ${counts.reads} reads, none wrong`,
    failure:
      wrong.size === 0 && counts.jobs > 0 && counts.schedules > 0
        ? null
        : `${wrong.size} kinds wrong: ${[...wrong].slice(0, 5).join('; ')}`,
  },
  {
    what: `memory grows by ${memory.toFixed(1)} MiB from the middle third to the last, at most ${GROWTH.memoryMib}`,
    failure: memory <= GROWTH.memoryMib ? null : `${memory.toFixed(1)} MiB`,
  },
  {
    what: `handles grow by ${handles}, at most ${GROWTH.handles}`,
    failure: handles <= GROWTH.handles ? null : String(handles),
  },
  {
    what: `a job takes ${ratio.toFixed(2)} times the bytes of the database that it took in the middle, at most ${BYTES_RATIO}; its log ${mostWal.toFixed(0)} MiB at most`,
    failure: ratio <= BYTES_RATIO && mostWal <= WAL_MIB ? null : `${ratio.toFixed(2)}, ${mostWal.toFixed(0)} MiB`,
  },
  { what: 'the server is there', failure: alive ? null : `it has ended (${ended})` },
  { what: 'nothing is logged as a fault of ours', failure: troubles[0]?.slice(0, 500) ?? null },
  { what: 'no packet leaves', failure: left === 0 ? null : `${left} packets left` },
]
for (const { what, failure } of shown) {
  console.log(`${failure === null ? 'kept  ' : 'broken'} ${what}${failure === null ? '' : `: ${failure}`}`)
}
leaveResults('soak', shown)
process.exit(shown.some(({ failure }) => failure !== null) ? 1 : 0)
