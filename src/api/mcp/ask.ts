/**
 * Tools ask the operations of the API, in this process and on behalf of whoever called the tool: its scopes, its
 * narrowing, its limits, its audit entries and what is refused are those of the API, as it is the same handlers that
 * answer.
 *
 * @module
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { SCOPES, type Scope } from '../../record/principal.ts'
import { withBody } from '../body.ts'
import { detailsOf } from '../details.ts'
import { askInside, createInside } from '../inside.ts'
import { mountJobs } from '../jobs.ts'
import { mountPlan } from '../plan.ts'
import type { ApiContext, ApiEnv } from '../route.ts'
import { mountSchedules } from '../schedules.ts'
import { mountServices } from '../services.ts'
import { Refused } from './refused.ts'

/** Operations of the API that a tool may ask, by their `operationId`. */
export type OperationId =
  | 'listServices'
  | 'getService'
  | 'listServiceIncidents'
  | 'getJob'
  | 'listSchedules'
  | 'runSchedule'
  | 'createPlan'

export type Parameters = {
  path?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string | number | undefined>>
  body?: unknown
}

/** @throws Refused */
export type Ask = (operation: OperationId, parameters?: Parameters) => Promise<unknown>

type Operation = { method: string; path: string; scope: Scope }

let made: { app: OpenAPIHono<ApiEnv>; operations: ReadonlyMap<string, Operation> } | null = null

/** Made by the first message. */
function inside(): NonNullable<typeof made> {
  if (made === null) {
    const app = createInside((mounted) => {
      for (const mountRoutes of [mountServices, mountJobs, mountSchedules, mountPlan]) {
        mountRoutes(mounted)
      }
    })
    made = { app, operations: operationsOf(app) }
  }
  return made
}

/** Read from what was mounted, so that nothing here says a scope once more. */
function operationsOf({ openAPIRegistry }: OpenAPIHono<ApiEnv>): ReadonlyMap<string, Operation> {
  return new Map(
    openAPIRegistry.definitions.flatMap((definition) => {
      if (definition.type !== 'route') {
        return []
      }
      const { operationId = '', method, path, security } = definition.route
      const scope = SCOPES.find((each) => each === security?.[0]?.bearer?.[0])
      return scope === undefined ? [] : [[operationId, { method: method.toUpperCase(), path, scope }] as const]
    }),
  )
}

function operationOf(name: OperationId): Operation {
  const operation = inside().operations.get(name)
  if (operation === undefined) {
    throw new Error(`the API has no operation ${name} that needs a scope`)
  }
  return operation
}

const scopeOf = (name: OperationId): Scope => operationOf(name).scope

/** Asks on behalf of whoever has sent the request of this context. */
const askAs =
  (asker: ApiContext): Ask =>
  async (name, { path = {}, query = {}, body } = {}) => {
    const { method, path: template } = operationOf(name)
    const url = new URL(
      template.replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(path[key] ?? '')),
      'http://portolan.invalid',
    )
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) {
        url.searchParams.set(key, String(value))
      }
    }
    const request = new Request(url, {
      method,
      signal: asker.req.raw.signal,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const response = await askInside(inside().app, asker, request)
    const answer: unknown = await response.json()
    if (response.ok) {
      return answer
    }
    throw new Refused(answer as Refused['problem'])
  }

/**
 * Handed to the modules that are loaded with the first message. If they imported it themselves, a bundle of one file
 * (Workers) would have to keep every module that it leads to apart: 16 KiB of gzip more.
 */
export const LENT = { askAs, scopeOf, detailsOf, withBody }
export type Lent = typeof LENT
