import type { Calls } from './call-budget.ts'

/** https://developers.cloudflare.com/d1/platform/limits/; local D1 does not enforce the first. */
const VALUE_MAX_BYTES = 1_000_000
const PARAMETERS_MAX = 100
const STATEMENT_MAX_BYTES = 100_000

const encoder = new TextEncoder()
const bytesOf = (text: string): number =>
  text.length * 3 < VALUE_MAX_BYTES ? text.length : encoder.encode(text).length

/**
 * D1 that counts its calls and the queries that they are, and keeps its limits.
 *
 * @throws Error at whoever makes a statement beyond them: a bug, which production would tell later and worse.
 */
export function guardD1(client: D1Database, calls: Calls | null): D1Database {
  const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>()
  const call = <T>(query: () => Promise<T>, queries = 1): Promise<T> =>
    calls === null ? query() : calls.make('d1', query, queries)

  const guard = (statement: D1PreparedStatement): D1PreparedStatement => {
    const guarded = new Proxy(statement, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') {
          return member
        }
        if (name === 'bind') {
          return (...values: unknown[]) => {
            checkValues(values)
            return guard(target.bind(...values))
          }
        }
        return (...options: unknown[]) => call(() => Reflect.apply(member, target, options))
      },
    })
    originals.set(guarded, statement)
    return guarded
  }

  return new Proxy(client, {
    get(target, name) {
      if (name === 'prepare') {
        return (query: string) => {
          if (bytesOf(query) > STATEMENT_MAX_BYTES) {
            throw new Error(`a statement of ${query.length} characters`)
          }
          return guard(target.prepare(query))
        }
      }
      if (name === 'batch') {
        return (statements: readonly D1PreparedStatement[]) =>
          call(
            () => target.batch(statements.map((statement) => originals.get(statement) ?? statement)),
            statements.length,
          )
      }
      return Reflect.get(target, name)
    },
  })
}

function checkValues(values: readonly unknown[]): void {
  if (values.length > PARAMETERS_MAX) {
    throw new Error(`${values.length} parameters in a statement`)
  }
  const large = values.find((value) => typeof value === 'string' && bytesOf(value) >= VALUE_MAX_BYTES)
  if (typeof large === 'string') {
    throw new Error(`a value of ${large.length} characters in a statement`)
  }
}
