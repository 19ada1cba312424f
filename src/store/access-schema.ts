/** The tables of who may ask, and of who changed what: tokens, sessions of browsers, the audit log. */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { RateLimit, Scope } from '../record/principal.ts'

export const tokens = sqliteTable(
  'tokens',
  {
    no: integer().primaryKey(),
    id: text().notNull(),
    name: text().notNull(),
    /** The first characters of the token, by which people tell theirs apart. */
    prefix: text().notNull(),
    /** SHA-256 of the whole token, in hexadecimal. The token itself is nowhere. */
    hash: text().notNull(),
    scopes: text({ mode: 'json' }).$type<Scope[]>().notNull(),
    /** Null: all of them. */
    namespaces: text({ mode: 'json' }).$type<string[]>(),
    clusters: text({ mode: 'json' }).$type<string[]>(),
    manifests: integer({ mode: 'boolean' }).notNull(),
    egressOnly: text('egress_only', { mode: 'json' }).$type<string[]>(),
    rateLimit: text('rate_limit', { mode: 'json' }).$type<RateLimit>(),
    createdAtMs: integer('created_at_ms').notNull(),
    /** The id of the principal that made it. */
    createdBy: text('created_by').notNull(),
    expiresAtMs: integer('expires_at_ms'),
    /** Written at most once a minute. */
    lastUsedAtMs: integer('last_used_at_ms'),
    lastUsedFrom: text('last_used_from'),
    revokedAtMs: integer('revoked_at_ms'),
  },
  (t) => [uniqueIndex('tokens_id').on(t.id), uniqueIndex('tokens_hash').on(t.hash)],
)

/** Browsers that are signed in. What the cookie holds is kept as its SHA-256 alone. */
export const sessions = sqliteTable(
  'sessions',
  {
    no: integer().primaryKey(),
    hash: text().notNull(),
    /** SHA-256 of the token that opened it, with which it ends. Null: a login at an issuer opened it. */
    tokenHash: text('token_hash'),
    /** JSON of the principal, where an issuer vouched for it. */
    principal: text(),
    createdAtMs: integer('created_at_ms').notNull(),
    /** Written at most once a minute. */
    seenAtMs: integer('seen_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
  },
  (t) => [uniqueIndex('sessions_hash').on(t.hash), index('sessions_expiry').on(t.expiresAtMs)],
)

/** Keeps who changed what. Rows are only added, and deleted when they are old; none is ever changed. */
export const audit = sqliteTable(
  'audit',
  {
    no: integer().primaryKey(),
    id: text().notNull(),
    atMs: integer('at_ms').notNull(),
    /** The id of the principal, and its name as it was then. */
    actor: text().notNull(),
    actorName: text('actor_name').notNull(),
    action: text().notNull(),
    resource: text().notNull(),
    cluster: text(),
    namespace: text(),
    /** JSON of what changed, as it was and as it is. Null: there was nothing, or is nothing. */
    before: text(),
    after: text(),
    requestId: text('request_id'),
    clientAddress: text('client_address'),
  },
  (t) => [
    uniqueIndex('audit_id').on(t.id),
    index('audit_at').on(t.atMs, t.id),
    index('audit_actor').on(t.actor, t.atMs, t.id),
    index('audit_resource').on(t.resource, t.atMs, t.id),
  ],
)
