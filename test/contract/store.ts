/** Every database of ours must do this. The contract runs on better-sqlite3 with a real file and on D1 in workerd. */
import { describe } from 'vitest'
import type { Store } from '../../src/store/db.ts'
import { auditContract } from './store-audit.ts'
import { batchesContract } from './store-batches.ts'
import { chunksContract } from './store-chunks.ts'
import { clockContract } from './store-clock.ts'
import { eventsContract } from './store-events.ts'
import { historyContract } from './store-history.ts'
import { incidentsContract } from './store-incidents.ts'
import { jobsContract } from './store-jobs.ts'
import { latestContract } from './store-latest.ts'
import { leasesContract } from './store-leases.ts'
import { leftOutContract } from './store-left-out.ts'
import { managedContract } from './store-managed.ts'
import { principalsContract } from './store-principals.ts'
import { publishedContract } from './store-published.ts'
import { resultsContract } from './store-results.ts'
import { retentionContract } from './store-retention.ts'
import { schedulesContract } from './store-schedules.ts'
import { serviceListContract } from './store-service-list.ts'
import { serviceStatesContract } from './store-service-states.ts'
import { sessionsContract } from './store-sessions.ts'
import { tokensContract } from './store-tokens.ts'
import { triedContract } from './store-tried.ts'
import { windowsContract } from './store-windows.ts'

/** Opens an empty database. */
export type OpenStore = () => Promise<{ store: Store; close(): Promise<void> }>

export function storeContract(name: string, open: OpenStore): void {
  describe(`store on ${name}`, () => {
    describe('jobs', () => jobsContract(open))
    describe('leases', () => leasesContract(open))
    describe('chunks', () => chunksContract(open))
    describe('results', () => resultsContract(open))
    describe('tries', () => triedContract(open))
    describe('schedules', () => schedulesContract(open))
    describe('schedules of discovery', () => managedContract(open))
    describe('batches', () => batchesContract(open))
    describe('tokens', () => tokensContract(open))
    describe('audit', () => auditContract(open))
    describe('history', () => historyContract(open))
    describe('windows', () => windowsContract(open))
    describe('latest', () => latestContract(open))
    describe('events', () => eventsContract(open))
    describe('how Services are', () => serviceStatesContract(open))
    describe('lists of Services', () => serviceListContract(open))
    describe('incidents', () => incidentsContract(open))
    describe('what is published', () => publishedContract(open))
    describe('what a job leaves out', () => leftOutContract(open))
    describe('principals', () => principalsContract(open))
    describe('sessions', () => sessionsContract(open))
    describe('retention', () => retentionContract(open))
    describe('a clock that jumps', () => clockContract(open))
  })
}
