/** Fields of checks whose form a library must judge. */
import { z } from '@hono/zod-openapi'
import { RE2JS } from 're2js'

/** RE2, as blackbox_exporter's: linear time, so no look-around and no back-references. */
export const regexp = z
  .string()
  .min(1)
  .max(1000)
  .superRefine((pattern, context) => {
    try {
      RE2JS.compile(pattern)
    } catch (error) {
      const why = error instanceof Error ? error.message : 'not readable'
      context.addIssue({
        code: 'custom',
        message: `Not a regular expression of RE2 (no look-around, no back-references): ${why.slice(0, 200)}`,
      })
    }
  })
  .openapi({ description: 'A regular expression of RE2', example: '^ok' })

export const statusCode = z
  .union([z.int().min(100).max(599), z.string().regex(/^[1-5]xx$/, 'A class is written 1xx … 5xx')])
  .openapi({ description: 'A code, or a class', example: '2xx' })
