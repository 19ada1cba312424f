import type Database from 'better-sqlite3'
import { isStorageBusy, type Row, type Store, statementOf, type Write } from '../../store/db.ts'

/** Milliseconds for which a write waits for the lock before it gives up. */
const GIVE_UP_MS = 30_000

/**
 * After a transaction the event loop has as long for itself as that took, and no longer than this, milliseconds. A turn
 * of it takes up one new connection (libuv does not accept in a loop), so that with a flush of the disk in each turn
 * connections would wait, the whole line of them before each health check, and there would be nothing to group.
 */
const REST_MAX_MS = 50

type Group = {
  writes: readonly Write[]
  resolve(rows: readonly (readonly Row[])[]): void
  reject(error: unknown): void
}

/** Tells a group what became of it. */
type Settle = () => void

/**
 * Group commit: all writes that wait when the event loop comes round share one transaction, and so one flush of the
 * disk; each is all or none by itself.
 *
 * @param before is called before each transaction, and keeps it from beginning by throwing.
 */
export function createWriter(
  client: Database.Database,
  before: () => void = () => undefined,
): { atomic: Store['atomic']; flush(): void } {
  const transactions = new Transactions(client)
  let waiting: Group[] = []
  let scheduled = false
  let waitedSinceMs: number | null = null
  let restsUntilMs = 0

  const flush = (): void => {
    scheduled = false
    const batch = waiting
    waiting = []
    if (batch.length === 0) {
      return
    }
    const startedAtMs = performance.now()
    try {
      before()
      const settles = transactions.run(batch)
      const endedAtMs = performance.now()
      restsUntilMs = endedAtMs + Math.min(REST_MAX_MS, endedAtMs - startedAtMs)
      waitedSinceMs = null
      for (const settle of settles) {
        settle()
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

  return {
    atomic: (writes) =>
      new Promise((resolve, reject) => {
        waiting.push({ writes, resolve, reject })
        schedule()
      }),
    flush,
  }
}

/** Runs groups of writes in one transaction. */
class Transactions {
  readonly #client: Database.Database
  readonly #begin: Database.Statement
  readonly #commit: Database.Statement
  readonly #savepoint: Database.Statement
  readonly #release: Database.Statement

  constructor(client: Database.Database) {
    this.#client = client
    this.#begin = client.prepare('begin immediate')
    this.#commit = client.prepare('commit')
    this.#savepoint = client.prepare('savepoint one')
    this.#release = client.prepare('release one')
  }

  /**
   * Runs every group. Nothing keeps them apart at first, for that copies every page that they write; where one of
   * several throws, which is rare, all are taken back and run again, each apart.
   */
  run(batch: readonly Group[]): Settle[] {
    try {
      return this.#inOne(batch, (group) => this.#runGroup(group))
    } catch (error) {
      if (batch.length === 1 || isStorageBusy(error)) {
        throw error
      }
      return this.#inOne(batch, (group) => this.#runApart(group))
    }
  }

  #inOne(batch: readonly Group[], runEach: (group: Group) => Settle): Settle[] {
    this.#begin.run()
    try {
      const settles = batch.map(runEach)
      this.#commit.run()
      return settles
    } catch (error) {
      if (this.#client.inTransaction) {
        this.#client.exec('rollback')
      }
      throw error
    }
  }

  #runGroup({ writes, resolve }: Group): Settle {
    const rows = writes.map((write) => this.#runWrite(write))
    return () => resolve(rows)
  }

  /** A group that throws is taken back alone, unless SQLite gave up the whole transaction. */
  #runApart(group: Group): Settle {
    this.#savepoint.run()
    try {
      const settle = this.#runGroup(group)
      this.#release.run()
      return settle
    } catch (error) {
      if (!this.#client.inTransaction) {
        throw error
      }
      this.#client.exec('rollback to one')
      this.#release.run()
      return () => group.reject(error)
    }
  }

  #runWrite(write: Write): readonly Row[] {
    if ('rows' in write) {
      const statement = this.#client.prepare<unknown[], Row>(write.each)
      for (const row of write.rows) {
        statement.run(...row)
      }
      return []
    }
    const { text, params } = statementOf(write)
    const statement = this.#client.prepare<unknown[], Row>(text)
    if (statement.reader) {
      return statement.all(...params)
    }
    statement.run(...params)
    return []
  }
}
