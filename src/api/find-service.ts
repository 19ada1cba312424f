import { z } from '@hono/zod-openapi'
import { ProblemError } from '../lib/problem.ts'
import { readDiscovered } from '../store/managed-schedules.ts'
import { findServices, type KnownService } from '../store/services.ts'
import type { ApiContext } from './route.ts'
import { refused } from './window.ts'

export const serviceParams = z.object({
  namespace: z.string().max(63).openapi({ example: 'default' }),
  name: z.string().max(63).openapi({ example: 'toad-svc' }),
})

export const clusterField = {
  cluster: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .openapi({ description: 'Needed if several clusters have such a Service' }),
}

/**
 * Finds the Service that is meant. One that was never probed is a 404; one of several clusters needs the cluster's
 * name.
 */
export async function findService(
  context: ApiContext,
  { namespace, name }: z.output<typeof serviceParams>,
  cluster: string | undefined,
): Promise<KnownService> {
  const found = await findServices(context.get('deps').store, namespace, name, cluster ?? null)
  const [known] = found
  if (known === undefined) {
    const where = cluster === undefined ? '' : ` in cluster ${cluster}`
    const discovered = await readDiscovered(context.get('deps').store, cluster ?? null, namespace, name)
    const errors = (discovered?.rejected ?? []).map(({ object, annotation, field, detail }) => ({
      pointer: field ?? '',
      detail: `${object}, ${annotation}: ${detail}`,
    }))
    const told = errors[0] === undefined ? '' : ` Discovery has refused annotations; see errors.`
    throw new ProblemError('not_found', `${namespace}/${name}${where} was never probed with history.${told}`, {
      errors,
    })
  }
  if (found.length === 1) {
    return known
  }
  const clusters = found.map(({ head }) => head.target.cluster)
  throw refused('?cluster', `${namespace}/${name} is in several: ${clusters.slice(0, 20).join(', ')}`)
}
