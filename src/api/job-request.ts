/** A job's body, as documented and as enforced: closed, every number with a maximum. → {@link JobRequest}. */
import { z } from '@hono/zod-openapi'
import { regexpBudget } from '../check/regexp.ts'
import { faultsOf } from '../check/validate-check.ts'
import { selectorFault } from '../kube/label-selector.ts'
import { addressOfServer, isHost, isName } from '../lib/address.ts'
import { defined } from '../lib/defined.ts'
import { fromJsonPointer } from '../lib/json-pointer.ts'
import { serviceVariables } from '../plan/environment.ts'
import { PATH_KINDS } from '../plan/kinds.ts'
import { POSITIONS } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import { CheckSchema, name253, port, toCheck } from './check-schemas.ts'
import { BATCH_EXAMPLE, JOB_EXAMPLE } from './request-examples.ts'

export const address = z
  .string()
  .min(1)
  .max(253)
  .refine(isHost, 'Not an IP address or a host name; without scheme and port')
const dnsServer = z
  .string()
  .min(1)
  .max(253)
  .refine((text) => addressOfServer(text) !== null, 'Not ip or ip:port, like 10.96.0.10 or [fd00::a]:53')
const PathSelectorSchema = z
  .union([
    z.enum(PATH_KINDS),
    z.strictObject({
      kind: z.enum(PATH_KINDS),
      port: port.optional(),
      node: name253.optional(),
      host: name253.optional(),
      parent: z
        .string()
        .min(1)
        .max(600)
        .optional()
        .openapi({ description: '`edge`, `shop/edge` or `Gateway/shop/edge`; for an Ingress the name of its class' }),
    }),
  ])
  .openapi('PathSelector', { example: { kind: 'NodePort', node: 'node-1' } })

const selectors = z.array(PathSelectorSchema).max(100).default([])

const LABEL = /^[a-zA-Z0-9]([a-zA-Z0-9_./-]{0,61}[a-zA-Z0-9])?$/
export const LabelsSchema = z
  .record(
    z.string().regex(LABEL, 'A label key: letters, digits, "_", ".", "/" and "-", at most 63'),
    z.string().max(256),
  )
  .refine((labels) => Object.keys(labels).length <= 16, 'At most 16 labels')

export const controllerPorts = z.strictObject({
  http: z.int().min(1).max(65535).default(80),
  https: z.int().min(1).max(65535).default(443),
})

export const AddressesSchema = z
  .strictObject({
    nodes: z.array(address).max(100).default([]),
    loadBalancer: z.array(address).max(20).default([]),
    ingressController: z.array(address).max(20).default([]),
    controllerPorts: controllerPorts.nullable().default(null),
    clusterDomain: name253.refine(isName, 'Not a DNS name like cluster.local').nullable().default(null),
    dnsServers: z
      .array(dnsServer)
      .max(5)
      .default([])
      .openapi({ description: '`ip` or `ip:port`, asked in this order', example: ['10.96.0.10', '[fd00:96::a]:53'] }),
    environment: z.string().max(262_144).nullable().default(null).openapi({
      description:
        'What `kubectl exec POD -- env` prints. Only the variables that Kubernetes makes for Services are kept; all others are dropped at once.',
    }),
  })
  .openapi('Addresses', { description: 'Addresses that manifests cannot tell, or that override those of objects' })

const cluster = z.string().min(1).max(253).optional()
const name63 = z.string().min(1).max(63)
const manifests = z.union([z.string(), z.array(z.record(z.string(), z.unknown())).max(10_000)]).optional()
export const TargetRequestSchema = z.strictObject({
  cluster,
  manifests,
  namespace: name63.optional(),
  service: name63.optional(),
})
/** Faults of a selector are told with the position in its text. */
export const selectorText = z
  .string()
  .max(4096)
  .superRefine((text, context) => {
    const message = selectorFault(text)
    if (message !== null) {
      context.addIssue({ code: 'custom', message })
    }
  })

const labelPairs = z
  .record(z.string().min(1).max(317), z.string().max(63))
  .refine((labels) => Object.keys(labels).length <= 16, 'At most 16 labels')

const SCOPES = ['namespace', 'namespaces', 'allNamespaces'] as const

const BatchTargetSchema = z
  .strictObject({
    cluster,
    manifests,
    namespace: name63.optional().openapi({ description: 'Only Services of this namespace' }),
    namespaces: z
      .union([z.array(name63).min(1).max(100), z.literal('*')])
      .optional()
      .openapi({ description: 'Only Services of these namespaces; `*`: of all', example: ['shop', 'pond'] }),
    allNamespaces: z.literal(true).optional().openapi({ description: 'The same as `namespaces: "*"`' }),
    selector: z.union([selectorText, labelPairs]).default({}).openapi({
      description: 'Only Services with these labels: a selector as kubectl takes it, or labels as an object',
      example: 'app.kubernetes.io/part-of=shop,tier in (web,api),!legacy',
    }),
  })
  .superRefine((target, context) => {
    const [, other] = SCOPES.filter((name) => target[name] !== undefined)
    if (other !== undefined) {
      context.addIssue({
        code: 'custom',
        path: [other],
        message: 'Give one of namespace, namespaces and allNamespaces',
      })
    }
  })

export const JobRequestSchema = z
  .strictObject({
    target: TargetRequestSchema,
    addresses: AddressesSchema.prefault({}),
    paths: z.strictObject({ include: selectors, exclude: selectors }).prefault({}),
    limits: z
      .strictObject({
        nodes: z.int().min(1).max(500).default(20),
        endpoints: z.int().min(1).max(500).default(50),
        paths: z.int().min(1).max(500).default(500),
      })
      .prefault({}),
    checks: z
      .array(CheckSchema)
      .max(20)
      .default([])
      .refine(
        (checks) => new Set(checks.map((check) => check.name)).size === checks.length,
        'Two checks have the same name',
      )
      .superRefine((checks, context) => {
        const budget = regexpBudget()
        for (const [index, check] of checks.entries()) {
          for (const { pointer, detail } of faultsOf(toCheck(check), budget)) {
            context.addIssue({ code: 'custom', path: [index, ...fromJsonPointer(pointer)], message: detail })
          }
        }
      }),
    samples: z.int().min(1).max(100).default(1),
    retries: z
      .strictObject({ limit: z.int().min(0).max(10).default(0), delayMs: z.number().min(0).max(60_000).default(1000) })
      .prefault({}),
    settleMs: z.number().min(0).max(300_000).default(0),
    expect: z
      .strictObject({
        reachable: selectors,
        unreachable: selectors,
        sameResponder: z.boolean().default(false).openapi({
          description:
            'The job fails if a path is answered by another application than the endpoints (`wrong_responder`)',
        }),
      })
      .prefault({}),
    timeoutMs: z.number().min(10).max(120_000).default(5000),
    deadlineMs: z.number().min(100).max(900_000).optional(),
    vantage: z.enum(POSITIONS).optional(),
    history: z.boolean().default(true),
    labels: LabelsSchema.default({}),
  })
  .openapi('JobRequest', { example: JOB_EXAMPLE })

/** A job's body, about every Service that the target selects. */
export const BatchRequestSchema = z
  .strictObject({ ...JobRequestSchema.shape, target: BatchTargetSchema })
  .openapi('BatchRequest', { example: BATCH_EXAMPLE })

type JobBody = z.output<typeof JobRequestSchema>
/** The part that bodies of jobs and of batches have in common. */
export type RequestBody = Omit<JobBody, 'target'> & {
  target: Omit<JobBody['target'], 'service'> & { service?: string | undefined }
}

/** Makes of the body a request as the core knows it. The caller parses the manifests. */
export function toJobRequest(body: RequestBody, cluster: string): JobRequest {
  const { target } = body
  return {
    target: {
      cluster: target.cluster ?? cluster,
      namespace: target.namespace ?? null,
      service: target.service ?? null,
    },
    addresses: toAddresses(body.addresses),
    paths: { include: body.paths.include.map(toSelector), exclude: body.paths.exclude.map(toSelector) },
    limits: body.limits,
    checks: body.checks.map(toCheck),
    samples: body.samples,
    retries: body.retries,
    settleMs: body.settleMs,
    expect: {
      reachable: body.expect.reachable.map(toSelector),
      unreachable: body.expect.unreachable.map(toSelector),
      sameResponder: body.expect.sameResponder,
    },
    timeoutMs: body.timeoutMs,
    deadlineMs: body.deadlineMs ?? null,
    vantage: body.vantage ?? null,
    history: body.history,
    labels: body.labels,
  }
}

export function toAddresses(given: z.output<typeof AddressesSchema>): JobRequest['addresses'] {
  const { environment, clusterDomain } = given
  return {
    ...given,
    // Names are made of it, and ids of names: the dot of an absolute name would make others.
    clusterDomain: clusterDomain?.replace(/\.$/, '') ?? null,
    environment: environment === null ? null : serviceVariables(environment),
  }
}

type SelectorInput = z.output<typeof PathSelectorSchema>

function toSelector(given: SelectorInput): JobRequest['paths']['include'][number] {
  return typeof given === 'string' ? { kind: given } : defined(given)
}
