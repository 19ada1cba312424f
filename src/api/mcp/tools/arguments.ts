/**
 * The arguments that tools take. None of them is an address, a host, a URL or a port: a tool reads what is recorded, or
 * runs what somebody with the right to has set up.
 *
 * @module
 */
import { z } from 'zod'

const label = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'A name of Kubernetes: up to 63 of a-z, 0-9 and "-"')

export const namespace = label.describe('Namespace of the Service')
export const service = label.describe('Name of the Service')
export const cluster = z
  .string()
  .min(1)
  .max(253)
  .optional()
  .describe('Name of the cluster, where several have such a Service')

/** @param prefix `job`. */
export const idOf = (prefix: string, what: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`), `An id like ${prefix}_01KAXW0000EXAMPLE0000000AB`)
    .describe(what)

/** @param most of one page. */
export const pageOf = (most: number, usual: number) => ({
  limit: z.int().min(1).max(most).default(usual),
  cursor: z.string().max(2000).optional().describe('nextCursor of the page before'),
})
