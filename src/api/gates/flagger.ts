/**
 * `POST /v1/gates/flagger`: a webhook of Flagger. It knows a status up to 202 and any other, and shows the body of the
 * other in its events, unless that is 429 or 5xx: those it asks again for, as often as `retries` says, and tells of
 * none.
 *
 * @see https://github.com/fluxcd/flagger/blob/v1.36.1/pkg/controller/webhook.go
 * @module
 */
import { z } from '@hono/zod-openapi'
import { readMapping } from '../../kube/yaml/read-mapping.ts'
import { ProblemError } from '../../lib/problem.ts'
import { linksTo } from '../../report/links.ts'
import { renderText } from '../../report/text.ts'
import { visible, wrap } from '../../report/visible.ts'
import { withBody } from '../body.ts'
import { refusal } from '../live-target.ts'
import { CONTENT_TYPES } from '../negotiate.ts'
import { parseBody, parseJson } from '../parse-body.ts'
import { ProblemSchema, problemIn, problems } from '../problem.ts'
import { type Api, type ApiContext, mount } from '../route.ts'
import { type Asked, ask, GateWaitSchema, untilOf } from './ask.ts'
import { BODY_LIMIT, gateOptions, givenOf, jobOf, pointingTo, refuseTaken } from './question.ts'

/** Flagger has text alone in `metadata`. */
const AS_TEXT = { type: 'string', pattern: '^[0-9]+$' } as const

const FlaggerMetadataSchema = z.strictObject({
  ...gateOptions,
  timeoutMs: gateOptions.timeoutMs.openapi(AS_TEXT),
  deadlineMs: gateOptions.deadlineMs.openapi(AS_TEXT),
  samples: gateOptions.samples.openapi(AS_TEXT),
  settleMs: gateOptions.settleMs.openapi(AS_TEXT),
  service: gateOptions.service.openapi({ description: 'The Service to ask about. Left out: `{name}-canary`' }),
  job: z
    .string()
    .max(BODY_LIMIT)
    .optional()
    .openapi({ description: 'Other fields of a job, as YAML: `checks`, `paths`, `expect`, …; without `target`' }),
})

const FlaggerPayloadSchema = z
  .looseObject({
    name: z.string().min(1).max(253),
    namespace: z.string().min(1).max(63),
    phase: z.string().max(63).default(''),
    checksum: z.string().max(256).default(''),
    metadata: FlaggerMetadataSchema.prefault({}),
  })
  .openapi('FlaggerPayload', {
    description: "Flagger's webhook payload. `metadata` is that of the webhook; all of its values are text.",
    example: {
      name: 'toad',
      namespace: 'shop',
      phase: 'Progressing',
      checksum: '85d557f47b',
      metadata: { service: 'toad-canary', path: '/healthz', samples: '3' },
    },
  })
type FlaggerPayload = z.output<typeof FlaggerPayloadSchema>

const text = { 'text/plain': { schema: z.string() } }
const problem = { 'application/problem+json': { schema: ProblemSchema } }

export function mountFlagger(app: Api): void {
  mount(
    app,
    {
      method: 'post',
      path: '/v1/gates/flagger',
      operationId: 'askForFlagger',
      scope: 'jobs:write',
      tags: ['Gates'],
      summary: 'Tell Flagger whether a canary may go on',
      description:
        'Probes the live Service `metadata.service`, else `{name}-canary`. 200 lets Flagger go on; any other status halts it. ' +
        'A question that is asked again before it was answered is the same job. Takes the token as the password of Basic as well, ' +
        'since a webhook has a URL and no headers.',
      query: z.strictObject({ wait: GateWaitSchema }),
      body: { required: true, content: { 'application/json': { schema: FlaggerPayloadSchema } } },
      responses: {
        ...problems(
          ...(['malformed_body', 'body_too_large', 'unsupported_media_type'] as const),
          ...(['service_ambiguous', 'impossible_request', 'not_supported'] as const),
        ),
        200: { description: '`pass`: the text report', content: text },
        412: {
          description: '`fail`: the text report; or there is no such Service: a list of those that there are',
          content: text,
        },
        503: {
          description:
            'Not known: the verdict is `error` or `inconclusive`, the wait is over, the cluster cannot be read, or something failed on our side',
          content: { ...text, ...problem },
        },
      },
    },
    async (context, { query }) => {
      const untilMs = untilOf(context, query.wait)
      try {
        const payload = await readPayload(context)
        return answer(context, await askAbout(context, payload, untilMs))
      } catch (error) {
        return refuse(context, problemIn(context.get('deps'), error, context))
      }
    },
  )
}

const readPayload = (context: ApiContext): Promise<FlaggerPayload> =>
  withBody(
    context,
    ['json'],
    async ({ text: body }) => {
      const json = parseJson(body)
      refuseEvent(json)
      return parseBody(FlaggerPayloadSchema, json)
    },
    BODY_LIMIT,
  )

/** Flagger sends what has happened to hooks of type `event`, and looks at no answer: each would be a job for nobody. */
function refuseEvent(json: unknown): void {
  const { metadata } = (json ?? {}) as { metadata?: object }
  if (typeof metadata === 'object' && metadata !== null && 'eventMessage' in metadata && 'eventType' in metadata) {
    const detail =
      'This is what Flagger sends to webhooks of type event, which ask nothing: give the webhook another type, like rollout.'
    throw refusal([{ pointer: '/metadata/eventType', detail }])
  }
}

async function askAbout(context: ApiContext, payload: FlaggerPayload, untilMs: number): Promise<Asked> {
  const { name, namespace, phase, checksum, metadata } = payload
  const { service = `${name}-canary`, job: yaml, ...options } = metadata
  const asked = { name, namespace, phase, checksum, metadata }
  const labels = { gate: 'flagger', canary: name, ...(phase && { phase }), ...(checksum && { checksum }) }
  try {
    const fields = yaml === undefined ? {} : fieldsOf(yaml)
    refuseTaken(fields.labels, labels, '/labels')
    const job = jobOf(fields, { namespace, service }, options, labels)
    return await ask(context, { gate: 'flagger', given: givenOf(context, job), asked, untilMs })
  } catch (error) {
    throw pointingTo(error, (pointer) => placeOf(pointer, metadata))
  }
}

const DEPTH_MOST = 20

function fieldsOf(yaml: string): Record<string, unknown> {
  const read = readMapping(yaml, DEPTH_MOST)
  if ('fault' in read) {
    throw refusal([{ pointer: '/job', detail: read.fault }])
  }
  return read.value
}

/** The field of the payload that a part of the job comes from. */
function placeOf(pointer: string, metadata: FlaggerPayload['metadata']): { pointer: string; within: boolean } {
  const [, first = '', second = '', third = ''] = pointer.split('/')
  const ofCheck = third === 'port' ? 'port' : 'path'
  const option =
    first === 'target' || first === 'expect' ? second : first === 'checks' && metadata.path ? ofCheck : first
  if (option === 'namespace' || (option === 'service' && metadata.service === undefined)) {
    return { pointer: option === 'service' ? '/name' : '/namespace', within: false }
  }
  return option === 'job' || option in metadata
    ? { pointer: `/metadata/${option}`, within: false }
    : { pointer: '/metadata/job', within: true }
}

function answer(context: ApiContext, { report, ended }: Asked): Response {
  const status = report.verdict === 'pass' ? 200 : report.verdict === 'fail' ? 412 : 503
  const body = renderText(report, linksTo(context.get('deps').settings.publicUrl))
  context.header('location', `/v1/jobs/${report.id}`)
  if (status === 503) {
    context.header('retry-after', ended ? LATER : SOON)
  }
  return context.body(body, status, { 'content-type': CONTENT_TYPES.text })
}

/** Seconds. Flagger waits so long between its retries. */
const SOON = '1'
const LATER = '5'

/** Leaves the caller's own mistakes as they are, since Flagger shows them, and makes all else a 503 to be retried. */
function refuse(context: ApiContext, found: ProblemError): Response {
  if (found.code === 'service_not_found') {
    return context.body(notThere(found), 412, { 'content-type': CONTENT_TYPES.text })
  }
  if (found.status < 500 && !OURS.has(found.code)) {
    throw found
  }
  const { code, detail, errors } = found
  const headers = { 'retry-after': LATER, ...found.headers }
  throw new ProblemError(code, detail, { errors, headers, status: 503, cause: found })
}

/** This server reads no cluster, or it is another one than before. */
const OURS: ReadonlySet<string> = new Set(['no_cluster', 'conflict'])

function notThere({ detail }: ProblemError): string {
  const lines = [
    ...wrap(visible(detail), WIDTH),
    ...wrap('metadata.service of the webhook says which Service is meant; without it {name}-canary is.', WIDTH),
  ]
  return `FAIL  nothing was tested\n${lines.map((line) => `    ${line}\n`).join('')}`
}

const WIDTH = 96
