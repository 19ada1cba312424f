/** A request's body → what is asked: a job as JSON, or manifests with their options in the query. */
import { z } from '@hono/zod-openapi'
import type { Asked } from '../job/accept.ts'
import type { AskedBatch } from '../job/accept-batch.ts'
import { parseManifests } from '../kube/parse.ts'
import { type ProblemCode, ProblemError } from '../lib/problem.ts'
import { VANTAGES } from '../plan/path.ts'
import { parseJson, readBody } from './body.ts'
import { BatchRequestSchema, JobRequestSchema, type RequestBody, toJobRequest } from './job-request.ts'
import { readLabels } from './labels.ts'
import { type ApiContext, parseBody } from './route.ts'

/** What reading and planning a body can be answered with. */
export const ASKED_PROBLEMS = [
  'malformed_body',
  'malformed_manifests',
  'body_too_large',
  'unsupported_media_type',
  'invalid_manifest',
  'service_not_found',
  'service_ambiguous',
  'impossible_request',
  'no_cluster',
  'not_supported',
] as const satisfies ProblemCode[]

/** What any write can be answered with. */
export const STORE_PROBLEMS = ['unavailable', 'storage_full'] as const satisfies ProblemCode[]

/** And making something of it. */
export const MAKING_PROBLEMS = ['idempotency_key_reused', ...STORE_PROBLEMS] as const satisfies ProblemCode[]

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
  sameResponder: z.enum(['true', 'false']).optional().openapi({ description: '`expect.sameResponder` of a job' }),
  label: z
    .array(z.string().max(320))
    .max(16)
    .default([])
    .openapi({ description: '`key=value`; may be given several times' }),
}

const { service: _service, ...sharedQuery } = manifestQuery

/** The same of a batch. */
export const batchManifestQuery = {
  ...sharedQuery,
  selector: z
    .array(z.string().max(320))
    .max(16)
    .default([])
    .openapi({ description: '`key=value`: only Services with this label; may be given several times' }),
}

type ManifestQuery = z.output<z.ZodObject<typeof manifestQuery>>
type BatchManifestQuery = z.output<z.ZodObject<typeof batchManifestQuery>>

/** What is asked, and the body's text for the fingerprint of an Idempotency-Key. */
type Read<T> = { asked: T; body: string }

export async function readAsked(context: ApiContext, query: ManifestQuery): Promise<Read<Asked>> {
  const { json, pointer, body, refusal } = await readJson(context, query, manifestQuery, { service: query.service })
  return { asked: toAsked(context, parseBody(JobRequestSchema, json, refusal), pointer), body }
}

export async function readAskedBatch(context: ApiContext, query: BatchManifestQuery): Promise<Read<AskedBatch>> {
  const target = { selector: readLabels(query.selector, 'selector') }
  const { json, pointer, body, refusal } = await readJson(context, query, batchManifestQuery, target)
  return { asked: toAskedBatch(context, parseBody(BatchRequestSchema, json, refusal), pointer), body }
}

/** @param pointer of the manifests in the request's body. */
export function toAsked(context: ApiContext, body: RequestBody, pointer: string): Asked {
  const { cluster } = context.get('deps').settings
  const { manifests } = body.target
  if (manifests === undefined) return { request: toJobRequest(body, null, cluster), ignored: [] }
  const { objects, ignored } = parseManifests(manifests, { pointer })
  return { request: toJobRequest(body, objects, cluster), ignored }
}

/** @param pointer of the manifests in the request's body. */
export function toAskedBatch(
  context: ApiContext,
  body: z.output<typeof BatchRequestSchema>,
  pointer: string,
): AskedBatch {
  const { namespace, selector } = body.target
  return { ...toAsked(context, body, pointer), selection: { namespace: namespace ?? null, selector } }
}

/**
 * A body as JSON: as it was sent, or made of manifests and the query.
 *
 * @param fields those of the query that belong to manifests.
 */
async function readJson(
  context: ApiContext,
  query: Omit<BatchManifestQuery, 'selector'>,
  fields: Readonly<Record<string, unknown>>,
  target: Readonly<Record<string, unknown>>,
): Promise<{ json: unknown; pointer: string; body: string; refusal?: string }> {
  const { text, type } = await readBody(context)
  const json = type === 'json' ? parseJson(text) : undefined
  if (type === 'json' && !isManifest(json)) {
    refuseQuery(query, fields)
    return { json, pointer: '/target/manifests', body: text }
  }
  context.set('optionsInQuery', true)
  const { cluster, namespace, label, history, vantage, timeoutMs, deadlineMs, samples, settleMs, sameResponder } = query
  const job = {
    target: { cluster, namespace, ...target, manifests: text },
    ...{ vantage, timeoutMs, deadlineMs, samples, settleMs },
    expect: sameResponder === undefined ? undefined : { sameResponder: sameResponder === 'true' },
    history: history === undefined ? undefined : history === 'true',
    labels: readLabels(label),
  }
  return { json: withoutUndefined(job), pointer: '', body: text, refusal: QUERY_REFUSAL }
}

/** JSON that is Kubernetes' own: it has a `kind`, or is a list of such. */
function isManifest(json: unknown): boolean {
  const first = Array.isArray(json) ? json[0] : json
  return typeof first === 'object' && first !== null && 'kind' in first
}

function refuseQuery(query: object, fields: Readonly<Record<string, unknown>>): void {
  const misplaced = Object.entries(query).filter(
    ([name, value]) => name in fields && value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  if (misplaced.length === 0) return
  throw new ProblemError('invalid_request', QUERY_REFUSAL, {
    errors: misplaced.map(([name]) => ({
      pointer: `?${name}`,
      detail: 'With a job as the body, this belongs into the body; in the query it goes with manifests as the body',
    })),
  })
}

const QUERY_REFUSAL = 'The query does not fit; see errors.'

const withoutUndefined = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
