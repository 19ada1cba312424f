/**
 * A job: one accepted request to probe. States, transitions and verdict. Pure.
 *
 * @module
 */
import type { Check } from '../check/check.ts'
import type { KubeObjects } from '../kube/objects.ts'
import { PROBLEMS, type ProblemError } from '../lib/problem.ts'
import type { PathSelector, Plan, Vantage } from '../plan/path.ts'

export const JOB_STATUSES = ['queued', 'running', 'finished', 'cancelled'] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

export const VERDICTS = ['pass', 'fail', 'error', 'inconclusive'] as const
export type Verdict = (typeof VERDICTS)[number]

export type Addresses = {
  nodes: readonly string[]
  loadBalancer: readonly string[]
  ingressController: readonly string[]
  controllerPorts: { http: number; https: number } | null
  clusterDomain: string | null
  /** Given: these are asked, not the system's. */
  dnsServers: readonly string[]
  /** What `kubectl exec POD -- env` prints. */
  environment: string | null
}

export type Limits = { nodes: number; endpoints: number; paths: number }

export type Expectations = {
  reachable: readonly PathSelector[]
  unreachable: readonly PathSelector[]
  /** Whether every path is to be answered by the Service's own application. Absent: it need not. */
  sameResponder?: boolean
}

/** A job's body after parsing, defaults filled in; manifests are parsed objects, never the posted text. */
export type JobRequest = {
  target: { cluster: string; namespace: string | null; service: string | null }
  /** `null`: read live from the cluster. */
  objects: KubeObjects | null
  addresses: Addresses
  paths: { include: readonly PathSelector[]; exclude: readonly PathSelector[] }
  limits: Limits
  /** Empty: default checks. */
  checks: readonly Check[]
  samples: number
  retries: { limit: number; delayMs: number }
  settleMs: number
  expect: Expectations
  timeoutMs: number
  /** `null`: decided by the wait, or the default. */
  deadlineMs: number | null
  /** `null`: detected. */
  vantage: Vantage | null
  history: boolean
  labels: Readonly<Record<string, string>>
}

export type Summary = {
  pass: number
  fail: number
  error: number
  /** Meant to be tested, and could not be. */
  skipped: number
  /** Not meant to be tested: excluded by the caller's selectors, or beyond the limits. */
  leftOut: number
}

export const NO_SUMMARY: Summary = { pass: 0, fail: 0, error: 0, skipped: 0, leftOut: 0 }

/** Why a job as a whole could not be done: a stored problem. */
export type JobProblem = { code: string; title: string; detail: string; status: number }

/** A refusal as it is stored: with every detail, as nobody is there to be told. */
export function problemOf(error: ProblemError): JobProblem {
  const details = error.errors.map(({ detail }) => detail).filter((detail) => !error.detail.includes(detail))
  return {
    code: error.code,
    title: PROBLEMS[error.code][1],
    detail: [error.detail, ...details].join(' '),
    status: error.status,
  }
}

export type Job = {
  id: string
  status: JobStatus
  /** `null` until finished. */
  verdict: Verdict | null
  problem: JobProblem | null
  createdAtMs: number
  startedAtMs: number | null
  finishedAtMs: number | null
  target: Plan['target']
  vantage: Vantage
  labels: Readonly<Record<string, string>>
  /** Who created it: the principal's name. */
  owner: string
  /** Of paths × checks. */
  summary: Summary
  /** What made it, where no caller of its own did. */
  scheduleId: string | null
  batchId: string | null
}

/** Nothing more will happen to it. */
export const hasEnded = (job: Pick<Job, 'status'>): boolean => job.status === 'finished' || job.status === 'cancelled'
