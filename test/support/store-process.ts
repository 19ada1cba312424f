/** A process of its own on a database file: `node store-process.ts insert|claim|record FILE`. One line of output an event. */
import type { QueuedJob } from '../../src/record/job.ts'
import { openSqlite } from '../../src/runtime/node/sqlite.ts'
import { insertJob } from '../../src/store/jobs.ts'
import { claimableJobs, claimJob } from '../../src/store/leases.ts'
import { recordResults } from '../../src/store/results.ts'
import { aClaim, aJob, aResult, NOW } from './stored.ts'

const [, , role, file] = process.argv
if (file === undefined) {
  throw new Error('which file?')
}
const { store, close } = openSqlite(file)
const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** `null`: there is none, or another process was faster. */
const claimOldest = async ([job]: readonly QueuedJob[]) =>
  job === undefined ? null : claimJob(store, { id: job.id }, String(process.pid), NOW, 1e6)

const roles: Readonly<Record<string, () => Promise<void>>> = {
  /** 100 requests at once with one Idempotency-Key: says the job that each got. */
  async insert() {
    const made = await Promise.all(Array.from({ length: 100 }, () => insertJob(store, aJob(), aClaim(), NOW)))
    for (const one of made) {
      say('id' in one ? one.id : one.outcome)
    }
  },
  /** Claims until there is nothing left: says what it got. */
  async claim() {
    for (let jobs = await claimableJobs(store, NOW, 1); jobs.length > 0; jobs = await claimableJobs(store, NOW, 1)) {
      const claim = await claimOldest(jobs)
      if (claim !== null) {
        say(claim.lease.jobId)
      }
    }
  },
  /** Records for ever: says the number of each result when it is durable. */
  async record() {
    const claim = await claimOldest(await claimableJobs(store, NOW, 1))
    if (claim === null) {
      throw new Error('nothing to claim')
    }
    const { jobId } = claim.lease
    for (let sample = 1; ; sample++) {
      await recordResults(store, claim.lease, [aResult({ jobId, sample })])
      say(String(sample))
    }
  },
}

await roles[role ?? '']?.()
close()
