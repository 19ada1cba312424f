import type Database from 'better-sqlite3'
import { boundedCache } from '../../lib/bounded-cache.ts'
import { isStorageDamaged } from '../../store/db.ts'

/** A parameter; or a quoted text, in which a question mark is none. */
const PARAMETER = /\?|'[^']*'|"[^"]*"/g

/** Statements in use are few; the bound is there for those whose text grows with their input. */
const PREPARED = 300

/** The first error that told of a damaged file; `null`: none has. */
type Damage = { seen: unknown }

/**
 * Preparing a statement costs as much as running it or more, so what has been prepared is used again. SQLite would
 * prepare most anew whenever other values are bound, to weigh indexes by them; it leaves a value alone that is not
 * bound as such but an expression, as `+?` is.
 *
 * @returns what its statements find out about the file.
 */
export function keepPrepared(client: Database.Database): Damage {
  const damage: Damage = { seen: null }
  const prepare = client.prepare.bind(client)
  const known = boundedCache<Database.Statement>(PREPARED)
  const prepareOnce = (text: string): Database.Statement => {
    const before = known.get(text)
    // Whoever asks expects rows as objects, whatever the one before asked for.
    if (before) {
      return before.reader ? before.raw(false) : before
    }
    const statement = prepare(text.replace(PARAMETER, (found) => (found === '?' ? '+?' : found)))
    noticeDamage(statement, damage)
    known.set(text, statement)
    return statement
  }
  Object.defineProperty(client, 'prepare', { value: prepareOnce })
  return damage
}

/** A page that is damaged is found by whoever reads it, which may be long after a start and far from a health check. */
function noticeDamage(statement: Database.Statement, damage: Damage): void {
  for (const name of ['run', 'get', 'all'] as const) {
    const act = statement[name].bind(statement)
    const watched = (...params: unknown[]): unknown => {
      try {
        return act(...params)
      } catch (error) {
        if (isStorageDamaged(error)) {
          damage.seen ??= error
        }
        throw error
      }
    }
    Object.defineProperty(statement, name, { value: watched })
  }
}
