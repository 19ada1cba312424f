/** Shared components of `openapi.yaml`: what is answered. Responses may grow; clients are told so. */
import { z } from '@hono/zod-openapi'
import { OUTCOMES } from '../check/result.ts'
import { VERDICTS } from '../check/verdict.ts'
import type { ObjectKind } from '../kube/object-source.ts'
import { RESOURCES } from '../kube/resources.ts'

export const InstantSchema = z.string().openapi({ format: 'date-time', example: '2026-11-23T09:00:00.000Z' })

/** For components: `nullable()` on one would change the component itself, or be lost. */
export const orNull = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()])

export const OutcomeSchema = z.enum(OUTCOMES).openapi('Outcome')
export const VerdictSchema = z.enum(VERDICTS).openapi('Verdict')

export const TargetSchema = z
  .object({ cluster: z.string(), namespace: z.string(), service: z.string() })
  .openapi('Target')

export const SummarySchema = z
  .object({ pass: z.int(), fail: z.int(), error: z.int(), skipped: z.int(), leftOut: z.int() })
  .openapi('Summary', {
    description:
      'Of paths × checks. `skipped` could not be tested; `leftOut` was excluded by selectors or is beyond the limits',
  })

export const JobProblemSchema = z
  .object({ code: z.string(), title: z.string(), detail: z.string(), status: z.int() })
  .openapi('JobProblem')

/** Closed for what is asked: a name that no vantage has finds nothing. */
export const VantageNameSchema = z.string().min(1).max(63).openapi('VantageName', {
  description: 'The vantage that it was seen from: its name, or its position if it has no name',
  example: 'in-cluster',
})

const OBJECT_KINDS = Object.keys(RESOURCES) as ObjectKind[]

export const ObjectsSchema = z
  .object({
    source: z.enum(['manifests', 'cluster', 'agent']).openapi({
      description: '`manifests`: they came with the request; `cluster`: they were read from the live cluster',
    }),
    readAt: InstantSchema.nullable().openapi({
      description:
        'The time when the oldest part was read; null: it is not known, as with manifests, or nothing was read',
    }),
    resourceVersions: z
      .partialRecord(z.enum(OBJECT_KINDS), z.string())
      .openapi({ description: 'The resourceVersion of each list that was read' }),
    stale: z.boolean().openapi({
      description: 'Whether the API server was out of reach, so that these are the last objects that were known',
    }),
    forbidden: z
      .array(
        z.object({
          resource: z.string().openapi({ example: 'pods' }),
          verb: z.string().openapi({ example: 'list' }),
          namespace: z.string().nullable().openapi({ description: 'null: all namespaces, or the resource has none' }),
          effect: z.string().openapi({ description: 'What the plan lacks without it' }),
          rule: z.string().openapi({ description: 'The RBAC rule to add, as YAML for `kubectl apply -f -`' }),
        }),
      )
      .openapi({ description: 'What the API server refused to show' }),
  })
  .openapi('ObjectsUsed', { description: 'The objects that the plan rests on' })
