/**
 * `/v1/audit`: who changed what.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { toInstant } from '../lib/clock.ts'
import { defined } from '../lib/defined.ts'
import { ACTOR_KINDS, AUDIT_ACTIONS, type AuditEntry } from '../record/audit.ts'
import { listAudit } from '../store/audit.ts'
import { answerPage, encodeCursor, newestBefore, pageFields, pageOf } from './pagination.ts'
import { problems } from './problem.ts'
import { type Api, mount } from './route.ts'
import { InstantSchema } from './schemas.ts'

const FieldsSchema = z.record(z.string(), z.unknown()).nullable()

const AuditEntrySchema = z
  .object({
    id: z.string().openapi({ example: 'aud_01KAXW0000EXAMPLE0000000AB' }),
    at: InstantSchema,
    actor: z.object({
      id: z.string(),
      name: z.string().openapi({ description: 'As it was then' }),
      kind: z.enum(ACTOR_KINDS),
    }),
    action: z.enum(AUDIT_ACTIONS),
    resource: z.object({ kind: z.string(), id: z.string() }),
    cluster: z.string().nullable(),
    namespace: z.string().nullable().openapi({ description: 'null: none, or several' }),
    before: FieldsSchema.openapi({
      description: 'The fields that changed, as they were before; null: it did not exist',
    }),
    after: FieldsSchema.openapi({
      description:
        'The same fields afterwards; null: it no longer exists. `secrets` names the secret-bearing fields of checks that are set, never their values',
    }),
    requestId: z.string().nullable(),
    clientAddress: z.string().nullable(),
  })
  .openapi('AuditEntry')

export function mountAudit(app: Api): void {
  mount(
    app,
    {
      method: 'get',
      path: '/v1/audit',
      operationId: 'listAudit',
      scope: 'audit:read',
      tags: ['Access'],
      summary: 'The audit log, newest first',
      description:
        'Every change that was asked for over the API. What schedules and discovery make is not logged. ' +
        'A token that is narrowed to namespaces sees only changes in these.',
      query: z.strictObject({
        actor: z.string().max(300).optional().openapi({ description: 'The id of the caller' }),
        action: z.enum(AUDIT_ACTIONS).optional(),
        resource: z.string().max(100).optional().openapi({ description: 'The id of what was changed' }),
        from: z.iso.datetime({ offset: true }).optional(),
        to: z.iso.datetime({ offset: true }).optional(),
        ...pageFields,
      }),
      responses: { ...pageOf(AuditEntrySchema), ...problems() },
    },
    async (context, { query: { limit, cursor, from, to, ...equal } }) => {
      const filter = defined({
        ...equal,
        fromMs: from === undefined ? undefined : Date.parse(from),
        toMs: to === undefined ? undefined : Date.parse(to),
      })
      const before = newestBefore(cursor)
      const found = await listAudit(context.get('deps').store, filter, { limit: limit + 1, before })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const next = found.length > limit && last ? encodeCursor([last.atMs, last.id]) : null
      return answerPage(context, page.map(describe), next)
    },
  )
}

const describe = ({ id, atMs, ...rest }: AuditEntry) => ({ id, at: toInstant(atMs), ...rest })
