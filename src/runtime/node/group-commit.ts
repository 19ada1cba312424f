import type Database from 'better-sqlite3'
import { isStorageBusy, type Row, type Store, statementOf, type Write } from '../../store/db.ts'

/** How long a write waits for the lock before it gives up, milliseconds. */
const GIVE_UP_MS = 30_000

/**
 * After a transaction the event loop has as long for itself as that took, and no longer than this, milliseconds. A turn
 * of it takes up one new connection (libuv does not accept in a loop), so that with a flush of the disk in each turn
 * connections would wait, the whole line of them before each health check, and there would be nothing to group.
 */
const REST_MAX_MS = 50

type Waiting = {
  writes: readonly Write[]
  resolve(rows: readonly (readonly Row[])[]): void
  reject(error: unknown): void
}

/**
 * Group commit: all writes that wait when the event loop comes round share one transaction, and so one flush of the
 * disk; each is all or none by itself.
 */
export function createWriter(client: Database.Database) {
  const begin = client.prepare('begin immediate')
  const commit = client.prepare('commit')
  const savepoint = client.prepare('savepoint one')
  const release = client.prepare('release one')
  let waiting: Waiting[] = []
  let scheduled = false
  let waitedSinceMs: number | null = null
  let restsUntilMs = 0

  const run = (write: Write): readonly Row[] => {
    if ('rows' in write) {
      const statement = client.prepare<unknown[], Row>(write.each)
      for (const row of write.rows) {
        statement.run(...row)
      }
      return []
    }
    const { text, params } = statementOf(write)
    const statement = client.prepare<unknown[], Row>(text)
    if (statement.reader) {
      return statement.all(...params)
    }
    statement.run(...params)
    return []
  }

  /**
   * Runs every group. Nothing keeps them apart at first, for that copies every page that they write; where one of
   * several throws, which is rare, all are taken back and run again, each apart.
   */
  const runAll = (batch: readonly Waiting[]): (() => void)[] => {
    try {
      return inOne(batch, runGroup)
    } catch (error) {
      if (batch.length === 1 || isStorageBusy(error)) {
        throw error
      }
      return inOne(batch, runApart)
    }
  }

  const inOne = (batch: readonly Waiting[], runEach: (group: Waiting) => () => void): (() => void)[] => {
    begin.run()
    try {
      const settle = batch.map(runEach)
      commit.run()
      return settle
    } catch (error) {
      if (client.inTransaction) {
        client.exec('rollback')
      }
      throw error
    }
  }

  const runGroup = ({ writes, resolve }: Waiting): (() => void) => {
    const rows = writes.map(run)
    return () => resolve(rows)
  }

  /** What a group throws is its own affair, unless SQLite gave up the whole transaction. */
  const runApart = (group: Waiting): (() => void) => {
    savepoint.run()
    try {
      const settle = runGroup(group)
      release.run()
      return settle
    } catch (error) {
      if (!client.inTransaction) {
        throw error
      }
      client.exec('rollback to one')
      release.run()
      return () => group.reject(error)
    }
  }

  const flush = (): void => {
    scheduled = false
    const batch = waiting
    waiting = []
    if (batch.length === 0) {
      return
    }
    const startedAtMs = performance.now()
    try {
      const settle = runAll(batch)
      const endedAtMs = performance.now()
      restsUntilMs = endedAtMs + Math.min(REST_MAX_MS, endedAtMs - startedAtMs)
      waitedSinceMs = null
      for (const each of settle) {
        each()
      }
    } catch (error) {
      waitedSinceMs ??= Date.now()
      if (isStorageBusy(error) && Date.now() - waitedSinceMs < GIVE_UP_MS) {
        waiting = [...batch, ...waiting]
        schedule(10 + Math.random() * 40)
        return
      }
      waitedSinceMs = null
      for (const { reject } of batch) {
        reject(error)
      }
    }
  }

  const schedule = (delayMs = 0): void => {
    if (scheduled) {
      return
    }
    scheduled = true
    const waitMs = Math.max(delayMs, restsUntilMs - performance.now())
    if (waitMs <= 0) {
      setImmediate(flush)
    } else {
      setTimeout(flush, waitMs)
    }
  }

  const atomic: Store['atomic'] = (writes) =>
    new Promise((resolve, reject) => {
      waiting.push({ writes, resolve, reject })
      schedule()
    })

  return { atomic, flush }
}
