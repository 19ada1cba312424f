import { TRIES, triedOf } from '../../check/compare/asked.ts'
import { judgeComparison, type RequestJudgement } from '../../check/compare/judge.ts'
import { verdictOfComparison } from '../../check/compare/verdict.ts'
import { isSecretHeader } from '../../check/http-evidence.ts'
import type { Result } from '../../check/result.ts'
import { quoted } from '../../diagnose/commands.ts'
import { hostPort } from '../../lib/address.ts'
import type { ComparedRequest, Comparison, Side } from '../../plan/compare/comparison.ts'
import type { PlannedPath } from '../../plan/path.ts'
import { type DescribedJob, describeJobHead, describeObjects } from '../describe-job.ts'
import type { CompareDocument, ComparedRequestDocument, SideAnswer } from './document.ts'
import { meaningOf } from './meanings.ts'

/** A comparison's row and results → what is shown of it. */
export function describeCompare(
  job: DescribedJob & { comparison: Comparison },
  results: readonly Result[],
): CompareDocument {
  const { comparison } = job
  const tried = triedOf(comparison, job.plan?.paths ?? [], results)
  // Before the end, an answer that is missing may still come; after a cancellation it was not wanted any more
  const isDone = job.status === 'finished'
  const judgements = judgeComparison(tried).map((each) => (isDone || each.outcome !== 'error' ? each : null))
  const requests = comparison.requests.map((request, at): ComparedRequestDocument => {
    const side = (side: Side) => sideAnswer(request, side, tried.paths, tried.results)
    const judged = judgements[at] ?? null
    const { id, method, scheme, host, path } = request
    return {
      ...{ id, method, scheme, host, path },
      headers: shownHeaders(request),
      outcome: judged && OUTCOMES[judged.outcome],
      reason: judged?.reason ?? null,
      left: side('left'),
      right: side('right'),
      differences: (judged?.differences ?? []).map((difference) => ({ ...difference, ...meaningOf(difference) })),
      notCounted: judged?.notCounted ?? [],
    }
  })
  const { summary } = verdictOfComparison(
    judgements.flatMap((each) => each ?? []),
    comparison,
  )
  const { scheduleId: _schedule, batchId: _batch, summary: _summary, target, ...head } = describeJobHead(job)
  const { left, right, ignoreHeaders, methods, notSent } = comparison
  return {
    ...head,
    target: { ...target, service: comparison.service },
    objects: describeObjects(job.objects),
    ...{ left, right, ignoreHeaders, methods },
    triesEach: TRIES,
    summary: {
      alike: summary.pass,
      different: summary.fail,
      error: summary.error,
      unasked: summary.skipped,
      notSent: notSent.length,
    },
    requests,
    notSent,
  }
}

const OUTCOMES: Readonly<Record<RequestJudgement['outcome'], NonNullable<ComparedRequestDocument['outcome']>>> = {
  pass: 'alike',
  fail: 'different',
  error: 'error',
  skipped: 'unasked',
}

const shownHeaders = ({ headers }: ComparedRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? '[redacted]' : value]),
  )

function sideAnswer(
  request: ComparedRequest,
  side: Side,
  paths: ReadonlyMap<string, PlannedPath>,
  results: ReadonlyMap<string, readonly Result[]>,
): SideAnswer {
  const way = request.ways[side]
  const because = request.because[side]
  const path = 'pathId' in way ? paths.get(way.pathId) : undefined
  if (path === undefined) {
    return { ...NOT_ASKED, because }
  }
  const tries = results.get(path.id) ?? []
  const answered = tries.filter(({ http, failure }) => http !== null && failure === null)
  const http = answered[0]?.http ?? null
  const failure = tries.find((each) => each.failure !== null)?.failure ?? null
  return {
    address: path.address,
    addressPort: path.addressPort,
    because,
    answer: http && {
      status: http.status,
      location: http.location,
      contentType: http.headers['content-type'] ?? null,
      bodyBytes: http.bodyBytes,
      bodySha256: http.bodySha256,
    },
    failure: failure && { code: failure.code, message: failure.message },
    tries: tries.length,
    totalMs: median(answered.flatMap(({ timings }) => timings.totalMs ?? [])),
    curl: curlTo(request, path),
  }
}

const NOT_ASKED: SideAnswer = {
  address: null,
  addressPort: null,
  because: [],
  answer: null,
  failure: null,
  tries: 0,
  totalMs: null,
  curl: null,
}

const median = (values: readonly number[]): number | null =>
  values.toSorted((left, right) => left - right)[Math.floor((values.length - 1) / 2)] ?? null

/** The same request to one side, past DNS. It only reads, unless the rule wants a method that does not. */
function curlTo(request: ComparedRequest, { address, addressPort, scheme, host, url }: PlannedPath): string {
  const at = hostPort(address ?? '', null, '')
  const port = addressPort ?? (scheme === 'https' ? 443 : 80)
  const method = request.method === 'GET' ? [] : request.method === 'HEAD' ? ['--head'] : ['-X', request.method]
  const headers = Object.entries(shownHeaders(request)).flatMap(([name, value]) => ['-H', quoted(`${name}: ${value}`)])
  const dialled = host === null ? [] : ['--connect-to', quoted(`::${at}:${port}`)]
  const unjudged = scheme === 'https' ? ['-k'] : []
  return ['curl -sS -i --max-time 10', ...unjudged, ...method, ...headers, ...dialled, quoted(url ?? '')].join(' ')
}
