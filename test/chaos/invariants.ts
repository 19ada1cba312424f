/** What must hold of a database whose server was killed, whatever it was doing. */
import Database from 'better-sqlite3'
import { openSqlite } from '../../src/runtime/node/sqlite.ts'
import { HOUR_MS } from '../../src/store/rollup-steps.ts'
import { rebuildHour } from '../../src/store/rollups.ts'
import { rollupsOf } from '../support/rollups.ts'
import type { Operation } from './operations.ts'
import { snapshotOf } from './server.ts'

type Made = { id: string; status: string; verdict: string | null }

const jobsOf = (database: Database.Database, name: string): Made[] =>
  database
    .prepare<[string], Made>(
      `select id, status, verdict from job_labels join jobs on no = job_no where name = 'chaos' and value = ?`,
    )
    .all(name)

/** The jobs of an operation, whether its client was told of them or not; a server may run. */
export function madeBy(databaseFile: string, name: string): readonly Made[] {
  const database = new Database(databaseFile, { readonly: true })
  try {
    return jobsOf(database, name)
  } finally {
    database.close()
  }
}

/** Looks at what a process that was killed has left: what was acknowledged is there, and no page is broken. */
export function checkLeft(databaseFile: string, operations: readonly Operation[]): string[] {
  const { file, remove } = snapshotOf(databaseFile)
  const database = new Database(file)
  try {
    return [
      ...integrity(database),
      ...operations
        .filter(({ answer }) => answer === 'acknowledged')
        .flatMap(({ name, jobs }) => {
          const there = jobsOf(database, name).length
          return there === jobs ? [] : [`${name}: acknowledged, ${there} of ${jobs} jobs are there: lost`]
        }),
    ]
  } finally {
    database.close()
    remove()
  }
}

const integrity = (database: Database.Database): string[] => [
  ...database
    .prepare<[], { integrity_check: string }>('pragma integrity_check')
    .all()
    .flatMap(({ integrity_check: found }) => (found === 'ok' ? [] : [`integrity: ${found}`])),
  ...database
    .prepare<[], object>('pragma foreign_key_check')
    .all()
    .map((row) => `foreign key: ${JSON.stringify(row)}`),
]

/** Looks at a database that all work has ended in, and that nobody has open. */
export function checkEnded(database: Database.Database, operations: readonly Operation[]): string[] {
  const held = database
    .prepare<[], { id: string; status: string }>(
      `select id, status from jobs where status = 'running' or lease_owner is not null or lease_until_ms is not null`,
    )
    .all()
  const sealed = database.prepare<[], { id: string }>(
    `select id from jobs where sealed is not null and status in ('finished', 'cancelled')`,
  )
  return [
    ...integrity(database),
    ...held.map(({ id, status }) => `${id}: ${status}, a lease is left`),
    ...sealed.all().map(({ id }) => `${id}: secrets are left`),
    ...operations.flatMap((operation) => checkOperation(database, operation)),
  ]
}

function checkOperation(database: Database.Database, operation: Operation): string[] {
  const { name, answer, jobs: wanted, cancel, verdict } = operation
  const jobs = jobsOf(database, name)
  const allowed = answer === 'acknowledged' ? [wanted] : answer === 'refused' ? [0] : [0, wanted]
  const wrong: string[] = []
  if (!allowed.includes(jobs.length)) {
    wrong.push(
      `${name}: ${answer}, made ${jobs.length} of ${wanted} jobs: ${jobs.length > wanted ? 'doubled' : 'lost'}`,
    )
  }
  for (const { id, status, verdict: judged } of jobs) {
    const mayBeCancelled = cancel !== 'no'
    const asItShould = status === 'finished' ? judged === verdict : status === 'cancelled' && mayBeCancelled
    // Of a batch those jobs are cancelled that have not ended.
    const notCancelled = cancel === 'acknowledged' && wanted === 1 && status !== 'cancelled'
    if (!asItShould || notCancelled) {
      wrong.push(`${name}: ${id} is ${status} ${judged}, cancel ${cancel}, and not ${verdict}`)
    }
    wrong.push(...checkTries(database, operation, id, status))
  }
  return wrong
}

/** Each try of a job is recorded once, and history counts each once, when the job has finished. */
function checkTries(database: Database.Database, { name, tries, read, seen }: Operation, id: string, status: string) {
  const rows = database
    .prepare<[string], { key: string; series: string; counted: number | null }>(
      `select r.key, r.series_no || ' ' || r.address || ' ' || r.sample || ' ' || r.try || ' ' || r.round series, counted
        from results r join jobs on no = r.job_no where jobs.id = ? and purpose = 0`,
    )
    .all(id)
  const wrong: string[] = []
  const once = new Set(rows.map(({ series }) => series))
  if (once.size !== rows.length) {
    wrong.push(`${name}: ${id} has ${rows.length} results of ${once.size} tries: doubled`)
  }
  if (status === 'finished' && rows.length !== tries) {
    wrong.push(
      `${name}: ${id} has ${rows.length} results of ${tries} tries: ${rows.length > tries ? 'doubled' : 'lost'}`,
    )
  }
  const counted = rows.filter((row) => row.counted === 1).length
  const due = status === 'finished' && read !== '/v1/compares/' ? tries : 0
  if (counted !== due) {
    wrong.push(`${name}: ${id} is ${status} and ${counted} of its ${tries} tries are counted`)
  }
  const lost = [...seen.keys()].filter((shown) => !rows.some(({ key }) => shown.endsWith(key)))
  return [...wrong, ...lost.map((shown) => `${name}: result ${shown} was shown and is not there: lost`)]
}

/** Makes all rollups again in a copy: they are what adding job by job has made. */
export async function checkRollups(databaseFile: string, fromMs: number): Promise<string[]> {
  const { file, remove } = snapshotOf(databaseFile)
  const { store, close } = openSqlite(file)
  try {
    const before = JSON.stringify(await rollupsOf(store))
    for (let hour = Math.floor(fromMs / HOUR_MS) * HOUR_MS; hour <= Date.now(); hour += HOUR_MS) {
      await rebuildHour(store, hour)
    }
    const after = JSON.stringify(await rollupsOf(store))
    return before === after ? [] : ['the rollups are not what the results add up to']
  } finally {
    close()
    remove()
  }
}
