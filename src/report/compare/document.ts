/**
 * A comparison as the API shows it, and as its reports render it. Pure data.
 *
 * @module
 */
import type { FailureCode } from '../../check/codes.ts'
import type { Difference, NotCounted } from '../../check/compare/difference.ts'
import type { Verdict } from '../../check/verdict.ts'
import type { NotSent, SideAsked } from '../../plan/compare/comparison.ts'
import type { JobProblem, JobStatus } from '../../record/job.ts'
import type { ObjectsDocument } from '../job-document.ts'
import type { Meaning } from './meanings.ts'

export type DifferenceDocument = Difference & Meaning

/** The answer of one side to a request. */
export type SideAnswer = {
  /** Null if this side was not asked. */
  address: string | null
  addressPort: number | null
  /** The fields that promise the request; empty: the rules of this side do not. */
  because: readonly string[]
  /** The first answer; `null`: none came. */
  answer: {
    status: number
    location: string | null
    contentType: string | null
    bodyBytes: number
    bodySha256: string
  } | null
  failure: { code: FailureCode; message: string } | null
  /** Tries that were made. */
  tries: number
  /** The median of its answers, from the dial to the last byte. It decides nothing. */
  totalMs: number | null
  /** Asks this side the same; `null`: there is no way to it. */
  curl: string | null
}

export type ComparedRequestDocument = {
  id: string
  method: string
  scheme: 'http' | 'https'
  host: string | null
  path: string
  headers: Readonly<Record<string, string>>
  /** `null` until both sides have been asked. */
  outcome: 'alike' | 'different' | 'error' | 'unasked' | null
  reason: string | null
  left: SideAnswer
  right: SideAnswer
  differences: readonly DifferenceDocument[]
  notCounted: readonly NotCounted[]
}

export type CompareDocument = {
  id: string
  status: JobStatus
  verdict: Verdict | null
  problem: JobProblem | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  durationMs: number | null
  target: { cluster: string; namespace: string; service: string | null }
  vantage: string
  labels: Readonly<Record<string, string>>
  objects: ObjectsDocument
  left: SideAsked
  right: SideAsked
  ignoreHeaders: readonly string[]
  methods: readonly string[] | null
  /** Each request is sent so often to each side. */
  triesEach: number
  /** Counts requests. */
  summary: { alike: number; different: number; error: number; unasked: number; notSent: number }
  requests: readonly ComparedRequestDocument[]
  notSent: readonly NotSent[]
}

/** `Ingress/shop`, or the id of a job. */
export const sideName = (asked: SideAsked): string =>
  'job' in asked ? asked.job : `${asked.kind}/${asked.name}${asked.namespace === null ? '' : ` (${asked.namespace})`}`

/** `GET https://shop.example/cart`; without a host: of any. */
export const requestName = ({
  method,
  scheme,
  host,
  path,
}: Pick<ComparedRequestDocument, 'method' | 'scheme' | 'host' | 'path'>): string =>
  `${method} ${scheme}://${host ?? '*'}${path}`

/** Says in a word or two what a side answered. */
export function answerName({ answer, failure }: SideAnswer): string {
  if (answer !== null) {
    return answer.location === null ? `${answer.status}` : `${answer.status} → ${answer.location}`
  }
  return failure === null ? 'not asked' : failure.code
}
