/** A job or batch whose body is the manifests themselves has its options in the query. */
import { z } from '@hono/zod-openapi'
import { POSITIONS } from '../plan/path.ts'

const whole = (max: number) =>
  z.coerce
    .number()
    .int()
    .min(0)
    .max(max)
    .optional()
    // Said in full: of a number that is read from text, nothing else is taken from the schema.
    .openapi({ type: 'integer', minimum: 0, maximum: max })

export const manifestQuery = {
  cluster: z.string().min(1).max(253).optional(),
  namespace: z.string().min(1).max(63).optional(),
  service: z.string().min(1).max(63).optional(),
  vantage: z.enum(POSITIONS).optional(),
  timeoutMs: whole(120_000),
  deadlineMs: whole(900_000),
  samples: whole(100),
  settleMs: whole(300_000),
  history: z.enum(['true', 'false']).optional(),
  sameResponder: z.enum(['true', 'false']).optional().openapi({ description: '`expect.sameResponder` of a job' }),
  label: z
    .array(z.string().max(320))
    .max(16)
    .default([])
    .openapi({ description: '`key=value`; may be given several times' }),
}

const { service: _service, ...sharedQuery } = manifestQuery

/** The query of a batch says with these which Services are meant. */
export const selectingQuery = {
  namespaces: z
    .array(z.string().min(1).max(63))
    .max(100)
    .default([])
    .openapi({ description: 'May be given several times; `*`: all' }),
  allNamespaces: z.literal('true').optional(),
  selector: z.array(z.string().max(4096)).max(16).default([]).openapi({
    description:
      'Only Services with these labels, as kubectl takes them: `app in (a,b),!legacy`; if given several times, all must hold',
  }),
}

export const batchManifestQuery = { ...sharedQuery, ...selectingQuery }

export type ManifestQuery = z.output<z.ZodObject<typeof manifestQuery>>
export type BatchManifestQuery = z.output<z.ZodObject<typeof batchManifestQuery>>
