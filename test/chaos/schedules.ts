/** Schedules that occur every second while the server is killed: each occurrence makes one job, or is made up for. */
import type Database from 'better-sqlite3'
import { toadService } from '../support/toad.ts'
import { ask } from './clients.ts'
import type { Gap } from './server.ts'

/** Those of the chaos: how many jobs one run makes, and whether a run may be left out for the one before. */
const MADE = [
  { name: 'queue-1', overlap: 'queue', jobs: 1 },
  { name: 'queue-2', overlap: 'queue', jobs: 1 },
  { name: 'skip', overlap: 'skip', jobs: 1 },
  { name: 'batch', overlap: 'queue', jobs: 2 },
] as const

export type Scheduled = {
  id: string
  jobs: number
  skips: boolean
  /** Up to where its occurrences and jobs have been checked. */
  atMs: number
  no: number
  /** Rounds in a row in which nothing ran: a run may wait for the one before, which was killed under way. */
  idle: number
}

/** No round is so short, nor any job so long, that a schedule which lives would be idle for so many. */
const IDLE_MAX = 3

export async function makeSchedules(url: string, port: number): Promise<Scheduled[]> {
  const made: Scheduled[] = []
  for (const { name, overlap, jobs } of MADE) {
    const services = Array.from({ length: jobs }, (_, i) => ({
      ...toadService(port),
      metadata: { name: `${name}-${i}`, namespace: 'scheduled' },
    }))
    const rest = { paths: { include: ['ClusterIP'] }, checks: [{ name: 'home', type: 'http', path: `/${name}` }] }
    const work = { target: { manifests: services }, ...rest }
    const answer = await ask(url, '/v1/schedules', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, cron: '@every 1s', overlap, ...(jobs > 1 ? { batch: work } : { job: work }) }),
    })
    if (answer?.status !== 201) {
      throw new Error(`no schedule: ${JSON.stringify(answer)}`)
    }
    made.push({ id: String(answer.body.id), jobs, skips: overlap === 'skip', atMs: 0, no: 0, idle: 0 })
  }
  return made
}

type Missed = { scheduleId: string; from: string; madeUpBy: string }

export type OccurrencesChecked = { ran: number; wrong: string[] }

/**
 * Compares the occurrences since the last look with the jobs that they have made.
 *
 * @param gaps in which there was no server: an occurrence in one is made up for by one run after it.
 */
export function checkSchedules(
  database: Database.Database,
  scheduled: readonly Scheduled[],
  gaps: readonly Gap[],
  lines: readonly string[],
): OccurrencesChecked {
  const missed = lines.flatMap((line): Missed[] => (line.includes('"schedule_runs_missed"') ? [JSON.parse(line)] : []))
  const checked: OccurrencesChecked = { ran: 0, wrong: [] }
  for (const each of scheduled) {
    const runs = database
      .prepare<[string, number], { at_ms: number }>(
        'select at_ms from schedule_runs join schedules on no = schedule_no where id = ? and at_ms > ? order by at_ms',
      )
      .all(each.id, each.atMs)
      .map(({ at_ms }) => at_ms)
    const jobs = database
      .prepare<[string, number], { no: number; status: string; verdict: string | null }>(
        'select no, status, verdict from jobs where schedule_id = ? and no > ? order by no',
      )
      .all(each.id, each.no)
    const told = (what: string): void => void checked.wrong.push(`schedule ${each.id}: ${what}`)
    if (jobs.length > runs.length * each.jobs) {
      told(`${runs.length} occurrences made ${jobs.length} jobs: doubled`)
    }
    if (jobs.length < runs.length * each.jobs && !each.skips) {
      told(`${runs.length} occurrences made ${jobs.length} jobs: lost`)
    }
    for (const { no, status, verdict } of jobs) {
      if (status === 'finished' ? verdict !== 'pass' : status !== 'queued') {
        told(`job ${no} is ${status} ${verdict}`)
      }
    }
    const ofThis = missed.filter(({ scheduleId }) => scheduleId === each.id)
    for (const [i, atMs] of runs.entries()) {
      const before = runs[i - 1] ?? (each.atMs === 0 ? atMs : each.atMs)
      for (let lost = before + 1000; lost < atMs; lost += 1000) {
        const whileGone = gaps.some(({ fromMs, toMs }) => fromMs <= atMs + 1000 && toMs >= lost)
        const isTold = ofThis.some(({ from, madeUpBy }) => Date.parse(from) <= lost && lost < Date.parse(madeUpBy))
        if (!whileGone && !isTold) {
          told(`nothing ran at ${new Date(lost).toISOString()}, though the server was there: lost`)
        }
      }
    }
    each.idle = runs.length === 0 ? each.idle + 1 : 0
    if (each.idle >= IDLE_MAX) {
      told(`nothing has run in ${IDLE_MAX} rounds`)
    }
    checked.ran += runs.length
    each.atMs = runs.at(-1) ?? each.atMs
    each.no = jobs.at(-1)?.no ?? each.no
  }
  return checked
}
