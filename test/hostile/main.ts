/**
 * `npm run hostile`: has the production bundle try every hostile target, and measures that each try ends in time, with
 * the right code, and that nothing of it stays in memory. With `-- --rounds N`.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { leaveResults, type Shown } from '../../scripts/leave-results.ts'
import type { JobDocument } from '../../src/report/job-document.ts'
import { startBundle } from '../support/bundle.ts'
import { countedOnce, packetsOut } from '../support/no-way-out.ts'
import { type Met, meet, meetAll, startAll } from './meet.ts'
import { COLLECTING, collect, residentMib } from './memory.ts'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, only: { type: 'string', default: '' } },
})
const ROUNDS = Number(options.rounds)

/** What a try may take beyond its timeout, and what the process may keep. */
const LATE_MS = 250
const KEPT_MIB = 20
const AT_ONCE = 4
/** Code that runs for the first time is compiled, and caches fill. */
const WARM_UP_ROUNDS = 2

const before = await countedOnce()
const only = new RegExp(options.only)
const listening = (await startAll()).filter(({ target }) => only.test(target.name))
const portolan = await startBundle({
  ...COLLECTING,
  PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
  PORTOLAN_VANTAGE: 'in-cluster',
})
const { pid = 0 } = portolan.program.process

const ask = async (path: string, body: object): Promise<JobDocument> => {
  const response = await fetch(portolan.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) {
    throw new Error(`${response.status}: ${await response.text()}`)
  }
  return response.json() as Promise<JobDocument>
}

for (let round = 0; round < WARM_UP_ROUNDS; round++) {
  await meetAll(ask, listening, AT_ONCE)
}
await collect(pid)
const startMib = residentMib(pid)
const met: Met[] = []
for (let round = 1; round <= ROUNDS; round++) {
  met.push(...(await meetAll(ask, listening, AT_ONCE)))
  await collect(pid)
  console.log(`round ${round}: ${residentMib(pid).toFixed(1)} MiB in memory, ${startMib.toFixed(1)} at the start`)
}
const isLate = ({ tryMs, timeoutMs }: Met): boolean => tryMs > timeoutMs + LATE_MS
const late = await lateAlone()
await collect(pid)
const keptMib = residentMib(pid) - startMib
const alive = await fetch(`${portolan.url}/livez`).then(({ status }) => status === 200)
await portolan.stop()
await Promise.all(listening.map(({ started }) => started.close()))

console.log(`\n${'target'.padEnd(62)}${'told'.padEnd(28)}longest try, ms`)
for (const [name, tries] of Map.groupBy(met, (each) => each.name)) {
  const told = [...new Set(tries.map((each) => each.told))].join(', ')
  const mostMs = Math.max(...tries.map(({ tryMs }) => tryMs))
  const isWrong = tries.some(({ isRight }) => !isRight)
  const flaw = isWrong
    ? '  wrong'
    : late.some((each) => each.name === name)
      ? '  late'
      : tries.some(isLate)
        ? '  in time when alone'
        : ''
  console.log(`${name.padEnd(62)}${told.padEnd(28)}${mostMs.toFixed(0).padStart(6)}${flaw}`)
}

const wrong = met.filter(({ isRight }) => !isRight)
const left = packetsOut() - before
const shown: Shown[] = [
  {
    what: `${listening.length} hostile targets, ${met.length} tries: each ends within its timeout and ${LATE_MS} ms`,
    failure: late[0] === undefined ? null : `${late.length} late, like ${late[0].name}: ${late[0].tryMs} ms`,
  },
  {
    what: 'each ends with a code that says what the target did',
    failure: wrong[0] === undefined ? null : `${wrong.length} wrong, like ${wrong[0].name}: ${wrong[0].told}`,
  },
  {
    what: `${keptMib.toFixed(1)} MiB more in memory after the last than at the start, of ${KEPT_MIB} at most`,
    failure: keptMib <= KEPT_MIB ? null : `${keptMib.toFixed(1)} MiB`,
  },
  { what: 'the server is there', failure: alive ? null : '/livez does not answer' },
  { what: 'no packet leaves', failure: left === 0 ? null : `${left} packets left` },
]
for (const { what, failure } of shown) {
  console.log(`${failure === null ? 'kept  ' : 'broken'} ${what}${failure === null ? '' : `: ${failure}`}`)
}
leaveResults('hostile', shown)
process.exit(shown.some(({ failure }) => failure !== null) ? 1 : 0)

/**
 * A try that was late beside others is made again by itself, three times: the target is late where most of these are, and
 * the machine was busy where they are not.
 */
async function lateAlone(): Promise<readonly Met[]> {
  const suspects = new Set(met.filter(isLate).map(({ name }) => name))
  const found: Met[] = []
  for (const each of listening.filter(({ target }) => suspects.has(target.name))) {
    const again = [await meet(ask, each), await meet(ask, each), await meet(ask, each)].toSorted(
      (a, b) => a.tryMs - b.tryMs,
    )
    const median = again[1]
    if (median !== undefined && isLate(median)) {
      found.push(median)
    }
  }
  return found
}
