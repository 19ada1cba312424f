/**
 * `/v1/gates/argo-rollouts`: the web metric of an analysis of Argo Rollouts. It takes any status but 2xx for an error
 * of the measurement, of which five in a row abort the rollout, and a body that is no JSON for a success. So whatever
 * is known, and that nothing is, stands in a body of JSON with status 200.
 *
 * @see https://github.com/argoproj/argo-rollouts/blob/v1.10.1/metricproviders/webmetric/webmetric.go
 * @module
 */
import { z } from '@hono/zod-openapi'
import { VERDICTS, type Verdict } from '../../check/verdict.ts'
import type { Finding } from '../../diagnose/finding.ts'
import type { ProblemError } from '../../lib/problem.ts'
import { linksTo } from '../../report/links.ts'
import { countsOf, headline, targetOf, verdictReason } from '../../report/phrases.ts'
import { withBody } from '../body.ts'
import { answerJson } from '../json.ts'
import { refusal } from '../live-target.ts'
import { manifestQuery } from '../manifest-query.ts'
import { readLabels } from '../params.ts'
import { parseJson } from '../parse-body.ts'
import { problemIn, problems } from '../problem.ts'
import { type Api, type ApiContext, mount } from '../route.ts'
import { type Asked, ask, GateWaitSchema, untilOf } from './ask.ts'
import { BODY_LIMIT, gateOptions, givenOf, jobOf, refuseTaken } from './question.ts'

const FINDING_FIELDS = ['code', 'layer', 'confidence', 'title', 'fix', 'docs'] as const

const GateVerdictSchema = z
  .object({
    verdict: z.enum(VERDICTS).openapi({
      description:
        '`inconclusive`: nothing was tested, or not within the wait. `error`: the answer is not known, and the Service is not to blame',
    }),
    pass: z.boolean().nullable().openapi({ description: 'null: not known' }),
    summary: z.string().openapi({ description: 'One line for people' }),
    findings: z
      .array(
        z.object({
          code: z.string(),
          layer: z.string(),
          confidence: z.enum(['certain', 'likely', 'possible']),
          title: z.string(),
          fix: z.string(),
          docs: z.string(),
        }),
      )
      .openapi({ description: 'What is broken, in short, the most likely first' }),
    report: z.string().nullable().openapi({
      description: 'The address of the report: a URL with `PORTOLAN_PUBLIC_URL`, else a path. null: no job was made',
    }),
  })
  .openapi('GateVerdict', {
    example: {
      verdict: 'fail',
      pass: false,
      summary: 'FAIL  shop/toad-canary  4 passed, 3 failed, 2 skipped',
      findings: [
        {
          code: 'nothing_listens',
          layer: 'pod',
          confidence: 'certain',
          title: 'Nothing listens on port 8080 of the pods',
          fix: 'Set targetPort to the port on which the container listens.',
          docs: 'docs/diagnoses/nothing_listens.md',
        },
      ],
      report: 'https://portolan.example/v1/jobs/job_01KAXW0000EXAMPLE0000000AB/report?format=text',
    },
  })
type GateVerdict = z.output<typeof GateVerdictSchema>

const ArgoJobSchema = z.record(z.string(), z.unknown()).openapi('GateJob', {
  description: 'Any fields of a job except `target`, which the query names',
  example: { checks: [{ type: 'http', name: 'health', path: '/healthz' }], samples: 3 },
})

const query = z.strictObject({
  ...gateOptions,
  namespace: manifestQuery.namespace,
  label: manifestQuery.label.openapi({
    description: '`key=value`; may be given several times. Another value makes another question',
    example: ['revision=6d4b75cb6d'],
  }),
  wait: GateWaitSchema,
})
type Query = z.output<typeof query>

const spec = {
  path: '/v1/gates/argo-rollouts',
  scope: 'jobs:write' as const,
  tags: ['Gates'],
  query,
  responses: {
    ...problems(),
    200: {
      description: 'What is known, or that nothing is',
      content: { 'application/json': { schema: GateVerdictSchema } },
    },
  },
  refused: (context: ApiContext, found: ProblemError) => answerJson(context, notKnown(found)),
}

const ABOUT =
  'Probes the live Service that the query names, and answers 200 with the verdict: `jsonPath: "{$.verdict}"`. ' +
  'Only a caller that is refused, for its token or its rate, gets another status. Asking again before there is an answer continues the same job. ' +
  'The token may also be sent as the password of Basic.'

export function mountArgoRollouts(app: Api): void {
  mount(
    app,
    {
      ...spec,
      method: 'get',
      operationId: 'getForArgoRollouts',
      summary: 'Tell Argo Rollouts whether a rollout may go on',
      description: ABOUT,
    },
    (context, input) => answerFor(context, input.query, () => Promise.resolve({})),
  )
  mount(
    app,
    {
      ...spec,
      method: 'post',
      operationId: 'askForArgoRollouts',
      summary: 'Tell Argo Rollouts whether a rollout may go on, with checks of your own (jsonBody)',
      description: ABOUT,
      body: { required: false, content: { 'application/json': { schema: ArgoJobSchema } } },
    },
    (context, input) => answerFor(context, input.query, () => readJob(context)),
  )
}

const readJob = (context: ApiContext): Promise<Record<string, unknown>> =>
  withBody(
    context,
    ['json', 'none'],
    async ({ type, text }) => {
      const json = type === 'none' ? {} : parseJson(text)
      if (typeof json !== 'object' || json === null || Array.isArray(json)) {
        throw refusal([{ pointer: '', detail: 'The body must be an object: fields of a job' }])
      }
      return json as Record<string, unknown>
    },
    BODY_LIMIT,
  )

/** Labels of its jobs. */
const OWN = { gate: 'argo-rollouts' }

const NOTHING_NAMED = 'The query names no Service: ?service=toad-canary&namespace=shop does.'

async function answerFor(
  context: ApiContext,
  { wait, ...options }: Query,
  readRest: () => Promise<Record<string, unknown>>,
): Promise<Response> {
  const untilMs = untilOf(context, wait)
  try {
    const rest = await readRest()
    const { namespace, service, label, ...more } = options
    if (service === undefined) {
      throw refusal([{ pointer: '?service', detail: NOTHING_NAMED }])
    }
    const labels = readLabels(label)
    refuseTaken(labels, OWN, '?label')
    refuseTaken(rest.labels, OWN, '/labels')
    const given = givenOf(context, jobOf(rest, { namespace, service }, more, { ...labels, ...OWN }))
    const asked = await ask(context, { gate: 'argo-rollouts', given, asked: [options, rest], untilMs })
    context.header('location', `/v1/jobs/${asked.report.id}`)
    return answerJson(context, told(context, asked))
  } catch (error) {
    const found = problemIn(context.get('deps'), error, context)
    // A caller that may not ask gets the plain refusal, and no verdict
    if (found.code === 'unauthenticated' || found.code === 'forbidden') {
      throw found
    }
    return answerJson(context, notKnown(found))
  }
}

function told(context: ApiContext, { report }: Asked): GateVerdict {
  const { verdict, id, diagnosis } = report
  const path = `/v1/jobs/${id}/report?format=text`
  const reason = verdict === 'pass' || verdict === 'fail' ? null : verdictReason(report)
  const line = [headline(report), targetOf(report), countsOf(report), ...(reason === null ? [] : [reason.message])]
  return {
    verdict: verdict ?? 'inconclusive',
    pass: PASS[verdict ?? 'inconclusive'],
    summary: line.join('  '),
    findings: diagnosis.findings.map(inShort),
    report: linksTo(context.get('deps').settings.publicUrl).open(path) ?? path,
  }
}

const PASS: Readonly<Record<Verdict, boolean | null>> = { pass: true, fail: false, error: null, inconclusive: null }

const inShort = (finding: Finding): GateVerdict['findings'][number] =>
  Object.fromEntries(FINDING_FIELDS.map((name) => [name, finding[name]])) as GateVerdict['findings'][number]

function notKnown({ code, detail, errors }: ProblemError): GateVerdict {
  const more = errors.flatMap((each) => (detail.includes(each.detail) ? [] : [`${each.pointer} ${each.detail}`.trim()]))
  return {
    verdict: 'error',
    pass: null,
    summary: [`ERROR  ${code}: ${detail}`, ...more].join(' '),
    findings: [],
    report: null,
  }
}
