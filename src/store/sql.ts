import { type Column, getTableColumns, type InferInsertModel, type SQL, sql, type Table } from 'drizzle-orm'

/**
 * `insert into table (…) select … where guard on conflict do nothing`: a row that is only written if the guard
 * holds at that point of the batch. Columns left out are null.
 */
export function insertWhere<T extends Table>(table: T, row: InferInsertModel<T>, guard: SQL): SQL {
  const columns = getTableColumns(table)
  const given = Object.entries(row).flatMap(([name, value]) => {
    const column = columns[name]
    return column === undefined || value === undefined || value === null ? [] : [{ column, value }]
  })
  const names = given.map(({ column }) => sql.identifier(column.name))
  const values = given.map(({ column, value }) => sql.param(value, column))
  const comma = sql`, `
  return sql`insert into ${table} (${sql.join(names, comma)}) select ${sql.join(values, comma)}
    where ${guard} on conflict do nothing`
}

/**
 * The rows of a list that come after a position in it: where the page before has ended.
 *
 * @param columns by which the list is ordered, all ascending (`>`) or all descending (`<`).
 * @param position their values in the last row of the page before; `undefined`: this is the first page.
 */
export const pastPosition = (
  columns: readonly Column[],
  direction: '<' | '>',
  position: readonly (string | number)[] | undefined,
): SQL | undefined =>
  position &&
  sql`(${sql.join([...columns], sql`, `)}) ${sql.raw(direction)} (${sql.join(
    position.map((value) => sql`${value}`),
    sql`, `,
  )})`

export const ALWAYS: SQL = sql`true`

/** The name at a position: how short closed lists are stored. Lists only grow at their end. */
export function named<T>(names: readonly T[], position: number): T {
  const name = names[position]
  if (name === undefined) {
    throw new Error(`no name has position ${position}`)
  }
  return name
}
