/**
 * Tokens. Of one there is its hash, which finds it, and never the token itself. A principal finds those that it could
 * have made: what they allow is no more than what it may do itself.
 *
 * @module
 */
import { and, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import { toInstant } from '../lib/clock.ts'
import { isSameDigest } from '../lib/hash.ts'
import { ProblemError } from '../lib/problem.ts'
import { isNarrowed, type Principal } from '../record/principal.ts'
import { beyond, type Token } from '../record/token.ts'
import { tokens } from './access-schema.ts'
import { auditRows, auditRowsFrom, type Told } from './audit.ts'
import { type Row, type Store, write } from './db.ts'
import { type Full, type IdempotencyClaim, type Inserted, insertOnce } from './idempotency.ts'
import type { JobPage } from './jobs.ts'
import { insertWhere, pastPosition } from './sql.ts'
import { andWithin, onlyServer } from './visible.ts'

export type NewToken = Omit<Token, 'lastUsedAtMs' | 'lastUsedFrom' | 'revokedAtMs'> & { hash: string }

/**
 * @param limit of tokens, this one and those that have ended included.
 * @throws ProblemError `forbidden` for what its maker does not have.
 */
export async function insertToken(
  store: Store,
  token: NewToken,
  claim: IdempotencyClaim | null,
  limit: number,
): Promise<Inserted | Full> {
  const errors = beyond(store.principal, token)
  if (errors.length > 0) {
    throw new ProblemError('forbidden', 'A token cannot be given what the caller does not have; see errors.', {
      errors,
    })
  }
  const room = sql`(select count(*) from tokens) < ${limit}`
  const { scopes, namespaces, clusters, egressOnly, rateLimit, ...rest } = token
  const row = {
    ...{ ...rest, scopes: [...scopes], rateLimit },
    ...{ namespaces: copied(namespaces), clusters: copied(clusters), egressOnly: copied(egressOnly) },
  }
  const isThere = sql`exists (select 1 from tokens where id = ${token.id})`
  const rows = (guard: SQL) => [insertWhere(tokens, row, guard), ...auditRows(store, toldOf(token), isThere)]
  return insertOnce(store, token.id, claim, token.createdAtMs, rows, room)
}

/** Makes the entry of the audit log for a new token: all that it allows, and never its hash. */
function toldOf({ id, name, prefix, expiresAtMs, ...allows }: NewToken): Told {
  const only = (list: readonly string[] | null) => (list?.length === 1 ? (list[0] ?? null) : null)
  const { scopes, namespaces, clusters, manifests, egressOnly, rateLimit } = allows
  const expiresAt = expiresAtMs === null ? null : toInstant(expiresAtMs)
  const after = { name, prefix, scopes, namespaces, clusters, manifests, egressOnly, rateLimit, expiresAt }
  const where = { cluster: only(clusters), namespace: only(namespaces) }
  return { action: 'token.created', resource: id, ...where, before: null, after }
}

const copied = (list: readonly string[] | null): string[] | null => list && [...list]

/** Newest first. The next page begins before the last one of this page. */
export async function listTokens(store: Store, { limit, before }: JobPage): Promise<Token[]> {
  const rows = await store.db
    .select()
    .from(tokens)
    .where(
      and(
        await findable(store),
        pastPosition([tokens.createdAtMs, tokens.id], '<', before ? [before.createdAtMs, before.id] : undefined),
      ),
    )
    .orderBy(desc(tokens.createdAtMs), desc(tokens.id))
    .limit(limit)
  return rows.map(toToken)
}

export async function getToken(store: Store, id: string): Promise<Token | null> {
  const [row] = await store.db
    .select()
    .from(tokens)
    .where(and(eq(tokens.id, id), await findable(store)))
  return row === undefined ? null : toToken(row)
}

/**
 * Ends a token. One that has ended already stays as it is.
 *
 * @returns how many schedules it has made that are there and go on; `null`: there is no such token.
 */
export async function revokeToken(store: Store, id: string, nowMs: number): Promise<{ schedules: number } | null> {
  const mine = and(sql`id = ${id}`, await findable(store))
  const live = sql`${mine} and revoked_at_ms is null`
  const one = (column: SQL) => sql`case when json_array_length(${column}) = 1 then ${column} ->> 0 end`
  const told = auditRowsFrom(store, { action: 'token.revoked', resource: id }, sql`tokens where ${live}`, {
    ...{ cluster: one(sql`clusters`), namespace: one(sql`namespaces`) },
    ...{ before: sql`json_object('name', name, 'state', 'active')`, after: sql`json_object('state', 'revoked')` },
  })
  const returned = await store.atomic([
    ...told,
    sql`update tokens set revoked_at_ms = ${nowMs} where ${live}`,
    sql`select 1 from tokens where ${mine}`,
    sql`select count(*) as schedules from schedules where owner = ${id}${andWithin(store)}`,
  ])
  const [found = [], counted = []] = returned.slice(-2)
  return found.length === 0 ? null : { schedules: Number(counted[0]?.schedules ?? 0) }
}

/**
 * Finds the token of which somebody has sent the text, whatever its state: an unknown one, and one that has ended, are
 * looked for by the same statement. The look-up takes longer the more of a stored hash is the same, which tells
 * nothing: whoever does not know the token cannot choose how its hash begins. What it finds is compared in constant
 * time.
 */
export async function findTokenByHash(store: Store, hash: string): Promise<Token | null> {
  onlyServer(store)
  // Each request does this: building the statement by its columns would take six times as long as all the rest.
  const [found] = await store.db.all<Row>(sql`select * from tokens where hash = ${hash}`)
  const row = found && fromRow(found)
  return row !== undefined && isSameDigest(row.hash, hash) ? toToken(row) : null
}

const COLUMNS = Object.entries(getTableColumns(tokens))

const fromRow = (row: Row): typeof tokens.$inferSelect =>
  Object.fromEntries(
    COLUMNS.map(([name, column]) => {
      const value = row[column.name] ?? null
      return [name, value === null ? null : column.mapFromDriverValue(value)]
    }),
  ) as typeof tokens.$inferSelect

/** Milliseconds between two writes of when a token was used last. */
export const USE_NOTED_MS = 60_000

/** Notes that a token was used, where that is not known of this minute. A clock that was set back does not end it. */
export async function noteTokenUse(
  store: Store,
  id: string,
  use: { atMs: number; from: string | null },
): Promise<void> {
  onlyServer(store)
  await write(
    store,
    sql`update tokens set last_used_at_ms = ${use.atMs}, last_used_from = ${use.from} where id = ${id}
      and (last_used_at_ms is null or abs(${use.atMs} - last_used_at_ms) >= ${USE_NOTED_MS})`,
  )
}

/** Tells whether somebody has made tokens here, those that have ended and are still shown included. */
export async function hasTokens(store: Store): Promise<boolean> {
  onlyServer(store)
  return (await store.db.all(sql`select 1 from tokens limit 1`)).length > 0
}

/** Tells whether there is a token in force whose holder may do everything: PORTOLAN_ADMIN_TOKEN is not needed then. */
export async function hasAdminToken(store: Store, nowMs: number): Promise<boolean> {
  onlyServer(store)
  const found = await store.db.all(
    sql`select 1 from tokens where revoked_at_ms is null and coalesce(expires_at_ms, ${nowMs + 1}) > ${nowMs}
      and exists (select 1 from json_each(scopes) where value = 'admin') and namespaces is null and clusters is null
      and egress_only is null limit 1`,
  )
  return found.length > 0
}

/**
 * Keeps the tokens that a principal could have made, as `beyond` (record/token.ts) says. Which of the lists of ranges
 * are within its own is for that function to say: the lists that there are are asked for first.
 */
async function findable({ db, principal }: Store): Promise<SQL | undefined> {
  const { egressOnly, manifests, expiresAtMs, rateLimit } = principal
  const conditions: (SQL | undefined)[] = [
    scopesWithin(principal),
    listWithin(sql`namespaces`, principal.namespaces),
    listWithin(sql`clusters`, principal.clusters),
    manifests || !isNarrowed(principal) ? undefined : sql`manifests = 0`,
    expiresAtMs === null ? undefined : sql`expires_at_ms <= ${expiresAtMs}`,
    ...Object.entries(rateLimit ?? {}).map(([name, most]) =>
      most === null ? undefined : sql`rate_limit ->> ${name} <= ${most}`,
    ),
  ]
  if (egressOnly !== null) {
    const lists = await db.all<{ list: string }>(
      sql`select distinct egress_only as list from tokens where egress_only is not null`,
    )
    const own = lists.map(({ list }) => list).filter((list) => isWithinOwn(principal, JSON.parse(list)))
    conditions.push(sql`egress_only in (select value from json_each(${JSON.stringify(own)}))`)
  }
  return and(...conditions)
}

const isWithinOwn = (principal: Principal, egressOnly: string[]): boolean =>
  !beyond(principal, { ...NOTHING, egressOnly }).some(({ pointer }) => pointer === '/egressOnly')

const NOTHING = {
  ...{ scopes: [], namespaces: [], clusters: [], manifests: false, egressOnly: [] },
  ...{ rateLimit: null, expiresAtMs: null },
}

const scopesWithin = ({ scopes }: Principal): SQL | undefined =>
  scopes === 'all' || scopes.has('admin') ? undefined : listWithin(sql`scopes`, [...scopes])

function listWithin(column: SQL, own: readonly string[] | null): SQL | undefined {
  const list = own && JSON.stringify(own)
  return list === null
    ? undefined
    : sql`(${column} is not null and not exists (select 1 from json_each(${column}) asked
        where asked.value not in (select value from json_each(${list}))))`
}

function toToken({ no: _no, hash: _hash, ...token }: typeof tokens.$inferSelect): Token {
  return token
}
