/**
 * Statements whose text is made once. Building one from its template costs about as much as running it, which shows
 * where a job ends: twenty statements at a time.
 *
 * @module
 */
import { type Placeholder, type SQL, sql } from 'drizzle-orm'
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core'
import { jsonChunks } from './json.ts'

export type Statement = { readonly text: string; readonly params: readonly unknown[] }

/**
 * One statement for many rows, in two spellings: `each` takes a row's parameters, which is fastest where the database
 * is a function call away; `all()` takes rows as JSON, which is fewest where every statement counts.
 */
export type Rows = {
  readonly each: string
  readonly rows: readonly (readonly unknown[])[]
  all(): readonly Statement[]
}

export type Values = Readonly<Record<string, string | number | null>>

const dialect = new SQLiteSyncDialect()

/** A value that is given when the statement is carried out. */
export const value = (name: string): SQL => sql`${sql.placeholder(name)}`

/** @returns gives the statement for values, by the names of its placeholders. */
export function compile(template: SQL): (values: Values) => Statement {
  const { text, params } = toQuery(template)
  return (values) => ({ text, params: fill(params, values) })
}

/** A row's columns in a template: `at(i)` is the one at position `i`; `from` is where they come from. */
export type RowTemplate = (at: (position: number) => SQL, from: SQL) => SQL

/**
 * Both spellings of a statement.
 *
 * @param template joins `from`, which is empty or begins with a comma, to its own FROM clause.
 */
export function compileRows(template: RowTemplate): (values: Values, rows: readonly Row[]) => Rows {
  const each = toQuery(template((position) => value(`${POSITION}${position}`), sql``))
  const position = each.params.map((param) =>
    isPlaceholder(param) && param.name.startsWith(POSITION) ? Number(param.name.slice(POSITION.length)) : null,
  )
  const all = compile(template((i) => sql`r.value ->> ${sql.raw(String(i))}`, sql`, json_each(${value('chunk')}) r`))
  return (values, rows) => {
    const common = position.map((i, at) => (i === null ? fill([each.params[at]], values)[0] : null))
    return {
      each: each.text,
      rows: rows.map((row) => position.map((i, at) => (i === null ? common[at] : row[i]))),
      all: () => jsonChunks(rows).map((chunk) => all({ ...values, chunk })),
    }
  }
}

type Row = readonly (string | number | null)[]

const POSITION = 'column '

function toQuery(template: SQL): Statement {
  const { sql: text, params } = dialect.sqlToQuery(template)
  return { text, params }
}

const fill = (params: readonly unknown[], values: Values): unknown[] =>
  params.map((param) => {
    if (!isPlaceholder(param)) {
      return param
    }
    const given = values[param.name]
    if (given === undefined) {
      throw new Error(`a statement has no value for ${param.name}`)
    }
    return given
  })

const isPlaceholder = (param: unknown): param is Placeholder =>
  typeof param === 'object' && param !== null && 'name' in param
