/** A request's body → what is asked: a job as JSON, or manifests with their options in the query. */
import { z } from '@hono/zod-openapi'
import type { Asked } from '../job/accept.ts'
import { parseManifests } from '../kube/parse.ts'
import { ProblemError } from '../lib/problem.ts'
import { VANTAGES } from '../plan/path.ts'
import { parseJson, readBody } from './body.ts'
import { JobRequestSchema, toJobRequest } from './job-request.ts'
import { readLabels } from './labels.ts'
import { type ApiContext, parseBody } from './route.ts'

const whole = (max: number) => z.coerce.number().int().min(0).max(max).optional()

/** Options of a job whose body is the manifests themselves. */
export const manifestQuery = {
  cluster: z.string().min(1).max(253).optional(),
  namespace: z.string().min(1).max(63).optional(),
  service: z.string().min(1).max(63).optional(),
  vantage: z.enum(VANTAGES).optional(),
  timeoutMs: whole(120_000),
  deadlineMs: whole(900_000),
  samples: whole(100),
  settleMs: whole(300_000),
  history: z.enum(['true', 'false']).optional(),
  label: z
    .array(z.string().max(320))
    .max(16)
    .default([])
    .openapi({ description: '`key=value`; may be given several times' }),
}

type ManifestQuery = z.output<z.ZodObject<typeof manifestQuery>>

/** @returns the request, and the body's text for the fingerprint of an Idempotency-Key. */
export async function readAsked(context: ApiContext, query: ManifestQuery): Promise<{ asked: Asked; body: string }> {
  const { text, type } = await readBody(context)
  const { cluster } = context.get('deps').settings
  const json = type === 'json' ? parseJson(text) : undefined
  if (type === 'json' && !isManifest(json)) {
    refuseQuery(query)
    return { asked: askedOf(json, '/target/manifests', cluster), body: text }
  }
  const { cluster: queryCluster, namespace, service, label, history } = query
  const { vantage, timeoutMs, deadlineMs, samples, settleMs } = query
  const job = {
    target: { cluster: queryCluster, namespace, service, manifests: text },
    ...{ vantage, timeoutMs, deadlineMs, samples, settleMs },
    history: history === undefined ? undefined : history === 'true',
    labels: readLabels(label),
  }
  return { asked: askedOf(withoutUndefined(job), '', cluster), body: text }
}

function askedOf(job: unknown, pointer: string, cluster: string): Asked {
  const body = parseBody(JobRequestSchema, job)
  const { manifests } = body.target
  if (manifests === undefined) return { request: toJobRequest(body, null, cluster), ignored: [] }
  const { objects, ignored } = parseManifests(manifests, { pointer })
  return { request: toJobRequest(body, objects, cluster), ignored }
}

/** JSON that is Kubernetes' own: it has a `kind`, or is a list of such. */
function isManifest(json: unknown): boolean {
  const first = Array.isArray(json) ? json[0] : json
  return typeof first === 'object' && first !== null && 'kind' in first
}

function refuseQuery(query: ManifestQuery): void {
  const misplaced = Object.entries(query).filter(
    ([name, value]) => name in manifestQuery && value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  if (misplaced.length === 0) return
  throw new ProblemError('invalid_request', 'The query does not fit; see errors.', {
    errors: misplaced.map(([name]) => ({
      pointer: `?${name}`,
      detail: 'With a job as the body, this belongs into the body; in the query it goes with manifests as the body',
    })),
  })
}

const withoutUndefined = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
