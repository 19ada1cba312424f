/**
 * Statements whose text is made once. Building one from its template costs about as much as running it, which shows
 * where a job ends: twenty statements at a time.
 *
 * @module
 */
import { type Placeholder, type SQL, sql } from 'drizzle-orm'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'

export type Statement = { readonly text: string; readonly params: readonly unknown[] }

export type Values = Readonly<Record<string, string | number | null>>

const dialect = new SQLiteSyncDialect()

/**
 * A value that is given when the statement is carried out. The `+` changes nothing about it; without it SQLite
 * weighs partial indexes by what is bound, and so prepares the statement anew each time it is.
 */
export const value = (name: string): SQL => sql`+${sql.placeholder(name)}`

/** @returns gives the statement for values, by the names of its placeholders. */
export function compile(template: SQL): (values: Values) => Statement {
  const { sql: text, params } = dialect.sqlToQuery(template)
  const names = params.map((param) => (isPlaceholder(param) ? param.name : null))
  return (values) => ({
    text,
    params: names.map((name, i) => {
      if (name === null) return params[i]
      const given = values[name]
      if (given === undefined) throw new Error(`a statement has no value for ${name}`)
      return given
    }),
  })
}

const isPlaceholder = (param: unknown): param is Placeholder =>
  typeof param === 'object' && param !== null && 'name' in param
