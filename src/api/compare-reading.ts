/** Reads a comparison: as JSON, or manifests (or nothing, for live objects) with what is asked in the query. */
import { z } from '@hono/zod-openapi'
import type { AskedCompare } from '../job/accept-compare.ts'
import { parseManifests } from '../kube/parse.ts'
import { type CompareBody, CompareRequestSchema, refuseOddSides, toComparedRequest, toSide } from './compare-request.ts'
import { refuseOddNames } from './live-target.ts'
import { manifestQuery } from './manifest-query.ts'
import { IN_JOB, isManifest, refuseQuery, withoutUndefined } from './options-in-query.ts'
import { readLabels } from './params.ts'
import { type Body, parseBody } from './parse-body.ts'
import { QUERY_MISFIT, refusedQuery } from './query-words.ts'

const side = z
  .string()
  .max(400)
  .optional()
  .openapi({ description: '`Kind/name`, `Kind/namespace/name`, or the id of a job', example: 'Ingress/shop' })

const { cluster, namespace, service, vantage, timeoutMs, deadlineMs, label } = manifestQuery

export const compareQuery = {
  left: side,
  right: side,
  ...{ cluster, namespace, service, vantage, timeoutMs, deadlineMs, label },
  ignoreHeader: z
    .array(z.string().max(100))
    .max(100)
    .default([])
    .openapi({ description: 'May be given several times' }),
  method: z.array(z.string().max(10)).max(7).default([]).openapi({ description: 'May be given several times' }),
}

export type CompareQuery = z.output<z.ZodObject<typeof compareQuery>>

export function readCompare(
  { body, query }: { body: Body; query: CompareQuery },
  json: unknown,
  ownCluster: string,
): AskedCompare {
  if (body.type === 'json' && !isManifest(json)) {
    refuseQuery(query, compareQuery)
    return toAsked(parseBody(CompareRequestSchema, json), ownCluster, IN_JOB.manifests)
  }
  const asked = {
    target: {
      cluster: query.cluster,
      namespace: query.namespace,
      service: query.service,
      manifests: body.type === 'none' ? undefined : body.text,
    },
    left: sideOf('left', query.left),
    right: sideOf('right', query.right),
    ignoreHeaders: query.ignoreHeader,
    methods: query.method.length === 0 ? undefined : query.method,
    vantage: query.vantage,
    timeoutMs: query.timeoutMs,
    deadlineMs: query.deadlineMs,
    labels: readLabels(query.label),
  }
  return toAsked(parseBody(CompareRequestSchema, withoutUndefined(asked), QUERY_MISFIT), ownCluster, '')
}

function sideOf(name: 'left' | 'right', text: string | undefined): unknown {
  if (text === undefined) {
    throw refusedQuery([
      { pointer: `?${name}`, detail: 'missing, expected Kind/name, like Ingress/shop, or the id of a job' },
    ])
  }
  if (text.startsWith('job_')) {
    return { job: text }
  }
  const parts = text.split('/')
  if (parts.length < 2 || parts.length > 3) {
    throw refusedQuery([
      { pointer: `?${name}`, detail: `"${text}" is not Kind/name, Kind/namespace/name or the id of a job` },
    ])
  }
  const [kind, ...rest] = parts
  return { kind, name: rest.at(-1), namespace: rest.length === 2 ? rest[0] : undefined }
}

/** @param manifestsAt the pointer to the manifests. */
function toAsked(body: CompareBody, ownCluster: string, manifestsAt: string): AskedCompare {
  const request = toComparedRequest(body, ownCluster)
  const sides = { left: toSide(body.left), right: toSide(body.right) }
  const { methods, limits } = body
  const ignoreHeaders = body.ignoreHeaders.map((name) => name.toLowerCase())
  const asked = { request, ...sides, ignoreHeaders, methods: methods ?? null, limit: limits.requests }
  const { manifests } = body.target
  if ('job' in sides.left && 'job' in sides.right) {
    return { ...asked, objects: null }
  }
  if (manifests === undefined) {
    refuseOddNames(body.target, IN_JOB.target)
    refuseOddSides(body, sides)
    return { ...asked, objects: { source: 'cluster' } }
  }
  return { ...asked, objects: { source: 'manifests', manifests: parseManifests(manifests, { pointer: manifestsAt }) } }
}
