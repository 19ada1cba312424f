import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CheckDeps } from '../../../src/check/deps.ts'
import { createPolicy } from '../../../src/check/policy.ts'
import { createGate } from '../../../src/check/try-limiter.ts'
import { cutPlan } from '../../../src/job/chunks.ts'
import { type ChunkDeps, giveUpChunk, runChunk, startJob } from '../../../src/job/run-chunk.ts'
import { createSecretBox } from '../../../src/job/secret-box.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { NOTHING_BESIDE } from '../../../src/plan/beside.ts'
import { createNodeNetwork } from '../../../src/runtime/node/network.ts'
import { type OpenDatabase, openSqlite } from '../../../src/runtime/node/sqlite.ts'
import { getJob, insertJob } from '../../../src/store/jobs.ts'
import { listResults } from '../../../src/store/results.ts'
import { quietLog } from '../../support/checks.ts'
import { refusedPort } from '../../support/servers.ts'
import { aJob, aPlannedPath, NOW } from '../../support/stored.ts'
import { type Pod, startPod } from '../../support/toad.ts'

let folder = ''
let database: OpenDatabase
let pod: Pod

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-chunk-'))
  database = openSqlite(join(folder, 'portolan.db'))
  pod = await startPod('toad')
})
afterEach(async () => {
  await pod.close()
  database.close()
  rmSync(folder, { recursive: true })
})

/** A job of two endpoints that refuse, whose pods declare a port that answers: one chunk for each. */
async function queued(): Promise<string> {
  const paths = await Promise.all(
    ['A', 'B'].map(async (id) =>
      aPlannedPath({
        id: `pth_0000000000000000000${id}`,
        ...{ kind: 'Endpoint', address: '127.0.0.1', addressPort: await refusedPort() },
      }),
    ),
  )
  const beside = { ...NOTHING_BESIDE, pods: { '127.0.0.1': { name: 'toad-1', ports: [pod.port], others: [] } } }
  const job = aJob({ createdAtMs: systemClock.now() })
  await insertJob(database.store, { ...job, plan: job.plan && { ...job.plan, paths, beside } }, null, NOW)
  return job.id
}

/** @param affords for how many control probes each turn is enough, in order. */
async function runner(affords: number[]) {
  const messages: number[] = []
  const check: CheckDeps = {
    ...{ network: createNodeNetwork(), clock: systemClock, log: quietLog() },
    policy: createPolicy({ allow: ['127.0.0.0/8'], deny: [] }),
    gate: createGate({ total: 4, perAddress: 4 }),
  }
  const deps: ChunkDeps = {
    ...{ store: database.store, clock: systemClock, log: quietLog(), owner: 'a-message' },
    secrets: await createSecretBox(new Uint8Array(32)),
    cut: (plan, request) => cutPlan(plan, request, { costOf: () => 1, size: 1, count: 10 }),
    enqueue: async (_jobId, chunks) => {
      messages.push(...chunks)
    },
    leaseMs: () => 30_000,
    turn: () => {
      const most = affords.shift() ?? 0
      return { check, stop: new AbortController().signal, controls: (count) => (count <= most ? check : null) }
    },
  }
  return { deps, messages }
}

const endOf = async (id: string) => {
  const job = await getJob(database.store, id)
  const results = await listResults(database.store, id)
  return {
    status: job?.status,
    controls: results.filter(({ result: { purpose } }) => purpose === 'control').length,
    names: job?.diagnosis?.findings[0]?.title.includes(`port ${pod.port} takes them`),
    summary: job?.summary.fail,
  }
}
const DONE = { status: 'finished', controls: 1, names: true, summary: 2 }

describe('a job in chunks whose diagnosis wants to know more', () => {
  it('is asked by whoever does the last chunk, where that can afford it', async () => {
    const id = await queued()
    const { deps, messages } = await runner([0, 10])
    await startJob(deps, id)
    expect(messages).toEqual([1])
    await runChunk(deps, id, 1)
    expect({ ...(await endOf(id)), messages }).toEqual({ ...DONE, messages: [1] })
  })

  it('gets a chunk more where that cannot, which is done once however often its message comes', async () => {
    const id = await queued()
    const { deps, messages } = await runner([0, 0, 10])
    await startJob(deps, id)
    await runChunk(deps, id, 1)
    expect({ messages, ...(await endOf(id)) }).toMatchObject({ messages: [1, 2], status: 'running', controls: 0 })
    await runChunk(deps, id, 2)
    await runChunk(deps, id, 2)
    expect(await endOf(id)).toEqual(DONE)
  })

  it('finds that chunk where its message is lost, and ends without the answers where it cannot be done', async () => {
    const id = await queued()
    const { deps } = await runner([0, 0])
    await startJob(deps, id)
    await runChunk(deps, id, 1)
    await giveUpChunk(deps, id, 2)
    expect(await endOf(id)).toEqual({ ...DONE, controls: 0, names: false })
  })
})
