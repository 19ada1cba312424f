/**
 * The audit log: who changed what, when and from where. Pure.
 *
 * @module
 */
import type { Principal } from './principal.ts'

/** THE list of what is told. What schedules make is not: whoever made the schedule is. */
export const AUDIT_ACTIONS = [
  'job.created',
  'job.cancelled',
  'batch.created',
  'batch.cancelled',
  'compare.created',
  'compare.cancelled',
  'schedule.created',
  'schedule.changed',
  'schedule.deleted',
  'schedule.run',
  'token.created',
  'token.revoked',
  'statuspage.created',
  'statuspage.changed',
  'statuspage.deleted',
  'announcement.created',
  'announcement.changed',
  'announcement.deleted',
  'session.started',
  'session.ended',
  'login.failed',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/**
 * `admin`: the holder of PORTOLAN_ADMIN_TOKEN. `token`: of one that the API made. `identity`: whom an issuer vouches
 * for. `anonymous`: somebody on a server that asks for no token, or who has not said who asks.
 */
export const ACTOR_KINDS = ['admin', 'token', 'identity', 'anonymous'] as const
export type ActorKind = (typeof ACTOR_KINDS)[number]

export type Actor = { id: string; name: string; kind: ActorKind }

const KINDS: Readonly<Record<string, ActorKind>> = {
  admin: 'admin',
  anonymous: 'anonymous',
  nobody: 'anonymous',
  metrics: 'token',
}

/** The id says what an actor is: those of tokens have their prefix, those of issuers are everything else. */
export const kindOfActor = (id: string): ActorKind => KINDS[id] ?? (id.startsWith('tok_') ? 'token' : 'identity')

/** Says who asks for a change, and how the request came. A change without one is the server's own, and is not told. */
export type Asking = {
  actor: Pick<Actor, 'id' | 'name'>
  requestId: string | null
  clientAddress: string | null
  now(): number
}

/** Names an actor by its id where it has no name. */
export const actorOf = ({ id, name }: Pick<Principal, 'id'> & { name?: string }): Asking['actor'] => ({
  id,
  name: name ?? id,
})

/** The changed fields, by name: plain JSON, and never a secret. */
export type Fields = Readonly<Record<string, unknown>>
export type Change = { before: Fields | null; after: Fields | null }

export type AuditEntry = Change & {
  id: string
  atMs: number
  actor: Actor
  action: AuditAction
  resource: { kind: string; id: string }
  cluster: string | null
  namespace: string | null
  requestId: string | null
  clientAddress: string | null
}

/** The longest value of a field that is told, in characters of JSON, so that rows stay small whatever is posted. */
const FIELD_MAX = 8192

/** Leaves out the value of a field that is too long to be kept, and tells how long it is. */
export const fitting = (fields: Fields | null): Fields | null =>
  fields &&
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const { length } = JSON.stringify(value) ?? ''
      return [name, length > FIELD_MAX ? { leftOut: `${length} characters of JSON` } : value]
    }),
  )

/**
 * Leaves of two states what differs: field by field, and where both have an object there, field by field of that.
 *
 * @param depth of objects that are looked into.
 */
export function difference(before: Fields, after: Fields, depth = 2): { before: Fields; after: Fields } {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const different = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  const pairs = different.map((name) => {
    const [was, is] = [before[name], after[name]]
    return [
      name,
      depth > 1 && isObject(was) && isObject(is) ? difference(was, is, depth - 1) : { before: was, after: is },
    ]
  }) as [string, { before: unknown; after: unknown }][]
  const side = (which: 'before' | 'after') =>
    Object.fromEntries(pairs.flatMap(([name, pair]) => (pair[which] === undefined ? [] : [[name, pair[which]]])))
  return { before: side('before'), after: side('after') }
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
