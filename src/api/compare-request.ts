/** A comparison's body, as documented and as enforced. */
import { z } from '@hono/zod-openapi'
import type { ProblemDetail } from '../lib/problem.ts'
import { SIDES, type Side, type SideAsked } from '../plan/compare/comparison.ts'
import { POSITIONS } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import { name253 } from './check-schemas.ts'
import {
  AddressesSchema,
  address,
  controllerPorts,
  LabelsSchema,
  TargetRequestSchema,
  toAddresses,
} from './job-request.ts'
import { labelFault, refusal } from './live-target.ts'
import { COMPARE_EXAMPLE } from './request-examples.ts'

/** So many requests are sent to each side if nothing else is asked for, and at most. */
const REQUESTS = { default: 200, most: 500 }

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

const SideSchema = z
  .union([
    z.strictObject({
      kind: z
        .string()
        .regex(/^[A-Z][A-Za-z0-9]{0,62}$/, 'Not a kind as Kubernetes writes it, like Ingress or HTTPRoute')
        .openapi({ example: 'HTTPRoute' }),
      namespace: z.string().min(1).max(63).optional(),
      name: name253,
      addresses: z
        .strictObject({
          ingressController: z.array(address).max(20).optional(),
          controllerPorts: controllerPorts.optional(),
        })
        .openapi('SideAddresses', {
          description: 'The address of the router of this side, in place of what the objects and `addresses` say',
        })
        .optional(),
    }),
    z.strictObject({
      job: z
        .string()
        .regex(/^job_[0-9A-Z]{26}$/, 'Not the id of a job, like job_01KAXW0000EXAMPLE0000000AB')
        .openapi({ description: 'A job that has ended: the requests that it had planned for routers are sent again' }),
    }),
  ])
  .openapi('CompareSide', {
    description:
      'A kind of object whose paths are routed, and its name (namespace: that of the target if left out); or a job',
  })

export const CompareRequestSchema = z
  .strictObject({
    target: TargetRequestSchema.prefault({}).openapi({
      description:
        'The source of the objects: `manifests`, else the live cluster. Without `service` the comparison is about every Service that the two sides route to. Not needed if both sides are jobs',
    }),
    left: SideSchema,
    right: SideSchema,
    addresses: AddressesSchema.prefault({}),
    ignoreHeaders: z
      .array(z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, 'Not the name of a header; a * at the end stands for any'))
      .max(100)
      .default([])
      .openapi({ description: 'To be ignored besides those that always are', example: ['x-served-by', 'x-legacy-*'] }),
    methods: z.array(z.enum(METHODS)).min(1).max(METHODS.length).optional().openapi({
      description:
        'Methods that may be sent. Left out: GET, and HEAD where a rule takes no other. Given: a rule that takes any method is asked with each of these',
    }),
    limits: z
      .strictObject({ requests: z.int().min(1).max(REQUESTS.most).default(REQUESTS.default) })
      .prefault({})
      .openapi({
        description: 'Beyond it, a hash chooses the requests that are sent; the others are listed as not sent',
      }),
    timeoutMs: z.number().min(10).max(120_000).default(5000),
    deadlineMs: z.number().min(100).max(900_000).optional(),
    vantage: z.enum(POSITIONS).optional(),
    labels: LabelsSchema.default({}),
  })
  .openapi('CompareRequest', { example: COMPARE_EXAMPLE })

export type CompareBody = z.output<typeof CompareRequestSchema>

export function toSide(side: CompareBody['left']): SideAsked {
  if ('job' in side) {
    return side
  }
  const { kind, name, namespace = null, addresses } = side
  const given =
    addresses === undefined
      ? null
      : {
          ...addresses,
          ingressController: addresses.ingressController ?? [],
          controllerPorts: addresses.controllerPorts ?? null,
        }
  return { kind, namespace, name, addresses: given }
}

/** Names become part of what is asked of an API server, which is not asked about all of its namespaces. */
export function refuseOddSides({ target }: CompareBody, sides: Readonly<Record<Side, SideAsked>>): void {
  const errors: ProblemDetail[] = SIDES.flatMap((side) => {
    const of = sides[side]
    if ('job' in of) {
      return []
    }
    if (of.namespace === null) {
      const detail =
        'Without manifests the objects are read from the live cluster: say of which namespace, here or for the side'
      return target.namespace === undefined ? [{ pointer: '/target/namespace', detail }] : []
    }
    const fault = labelFault(of.namespace)
    return fault === null ? [] : [{ pointer: `/${side}/namespace`, detail: fault }]
  })
  if (errors.length > 0) {
    throw refusal(errors)
  }
}

/** A comparison as a request that planning reads: about one Service, or about none in particular. */
export function toComparedRequest(body: CompareBody, cluster: string): JobRequest {
  const { target, timeoutMs, deadlineMs, vantage, labels } = body
  return {
    target: {
      cluster: target.cluster ?? cluster,
      namespace: target.namespace ?? null,
      service: target.service ?? null,
    },
    addresses: toAddresses(body.addresses),
    paths: { include: [], exclude: [] },
    limits: { nodes: 1, endpoints: 1, paths: 500 },
    checks: [],
    samples: 1,
    retries: { limit: 0, delayMs: 0 },
    settleMs: 0,
    expect: { reachable: [], unreachable: [] },
    timeoutMs,
    deadlineMs: deadlineMs ?? null,
    vantage: vantage ?? null,
    history: false,
    labels,
  }
}
