import { type Store, statementOf } from '../../src/store/db.ts'

/** The part of a session of drizzle's through which every read goes, whichever driver is below. */
type Session = { prepareQuery(query: { sql: string }, ...rest: unknown[]): unknown }

/**
 * Records the texts of the statements that something asks of the database, in their order. Values are parameters, and so
 * in none of them.
 */
export async function statementsOf(store: Store, act: (store: Store) => Promise<unknown>): Promise<readonly string[]> {
  const { session } = store.db as unknown as { session: Session }
  const texts: string[] = []
  const prepareQuery = session.prepareQuery
  session.prepareQuery = function (this: Session, query, ...rest) {
    texts.push(query.sql)
    return prepareQuery.call(this, query, ...rest)
  }
  const atomic: Store['atomic'] = (writes) => {
    texts.push(...writes.map((each) => ('rows' in each ? each.each : statementOf(each).text)))
    return store.atomic(writes)
  }
  try {
    await act({ ...store, atomic }).catch(() => 'it is not there')
  } finally {
    session.prepareQuery = prepareQuery
  }
  return texts
}
