import { z } from '@hono/zod-openapi'
import { CheckSchema } from './check-schemas.ts'
import { ScheduleRequestSchema } from './schedule-schemas.ts'

export type JsonSchema = { [keyword: string]: unknown }

const jsonSchemaOf = (schema: z.ZodType): JsonSchema => {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, {
    // The draft that editors read
    ...{ target: 'draft-7', io: 'input', reused: 'inline' },
    // `expect.jsonPath.equals` may be anything
    unrepresentable: 'any',
  })
  return rest
}

/** Gives the parts of a file that the CLI sends on as JSON Schema, which leaves out rules over several fields. */
export const requestSchemas = (): Record<'checks' | 'schedules', JsonSchema> => ({
  checks: jsonSchemaOf(CheckSchema),
  schedules: jsonSchemaOf(ScheduleRequestSchema),
})
