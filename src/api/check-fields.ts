/** Fields of checks that several schemas share. */
import { z } from '@hono/zod-openapi'

/** RE2, as blackbox_exporter's: linear time, so no look-around and no back-references. `faultsOf` compiles it. */
export const regexp = z
  .string()
  .min(1)
  .max(1000)
  .openapi({ description: 'A regular expression of RE2', example: '^ok' })

export const statusCode = z
  .union([z.int().min(100).max(599), z.string().regex(/^[1-5]xx$/, 'A class is written 1xx … 5xx')])
  .openapi({ description: 'A code, or a class', example: '2xx' })
