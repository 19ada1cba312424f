/** Calls of gRPC in every form of a report: by their health or status, and what a status leaves open. */
import { describe, expect, it } from 'vitest'
import { aFailure, aJob, anAnswer, aPath, aResult } from '../../test/fixtures/job-document.ts'
import { foreignTags } from '../../test/support/markdown.ts'
import type { GrpcEvidence } from '../check/grpc/answer.ts'
import { renderJobsCsv } from './job-csv.ts'
import type { JobReport } from './job-document.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderText } from './text.ts'

const CALL = '/grpc.health.v1.Health/Check'
const grpc = (over: Partial<GrpcEvidence>): GrpcEvidence => ({
  ...{ call: CALL, status: 'OK', code: 0, message: null, health: null },
  ...over,
})
const http = anAnswer({ version: '2', headers: { 'content-type': 'application/grpc' }, bodySnippet: '', bodyBytes: 0 })
const passed = (of: Partial<GrpcEvidence>): JobReport =>
  aJob({
    verdict: 'pass',
    paths: [aPath({ results: [aResult({ http, responder: null, grpc: grpc(of) })] })],
  })
const failed = (of: Partial<GrpcEvidence>, ...failure: Parameters<typeof aFailure>): JobReport =>
  aJob({
    verdict: 'fail',
    paths: [aPath({ outcome: 'fail', results: [aResult({ ...aFailure(...failure), http, grpc: grpc(of) })] })],
  })

const FORMS: Readonly<Record<string, (job: JobReport) => string>> = {
  text: (job) => renderText(job),
  Markdown: (job) => renderMarkdown(job),
  JUnit: (job) => renderJunit(job),
  CSV: (job) => renderJobsCsv([job]),
}
/** The words of a report, whatever breaks or escapes its lines. */
const wordsOf = (form: string, job: JobReport): string =>
  (FORMS[form]?.(job) ?? '').replace(/\\([_`*])/g, '$1').replace(/\s+/g, ' ')

describe.each(['text', 'Markdown', 'JUnit', 'CSV'])('a call of gRPC in %s', (form) => {
  it('that fails is told by its code and by what the server says', () => {
    const down = failed(
      { health: 'NOT_SERVING' },
      'not_serving',
      'expectation',
      'the health of the server is NOT_SERVING, expected SERVING',
    )
    expect(wordsOf(form, down)).toContain('not_serving')
    expect(wordsOf(form, down)).toContain('the health of the server is NOT_SERVING, expected SERVING')
    const gone = failed(
      { status: 'UNAVAILABLE', code: 14, message: 'the pond is dry' },
      'unexpected_grpc_status',
      'expectation',
      'UNAVAILABLE (14), expected OK',
    )
    expect(wordsOf(form, gone)).toContain('UNAVAILABLE (14), expected OK')
  })
})

describe.each(['text', 'Markdown'])('for people, in %s', (form) => {
  it('a call that passes is told by its health, and by what its status leaves open', () => {
    expect(wordsOf(form, passed({ health: 'SERVING' }))).toContain('gRPC SERVING')
    const bare = wordsOf(form, passed({ status: 'UNIMPLEMENTED', code: 12 }))
    expect(bare).toContain('gRPC UNIMPLEMENTED')
    expect(bare).toContain('does not implement what was called: its health is not known')
    expect(wordsOf(form, passed({ status: null, code: null }))).toContain('gRPC stream')
  })

  it('the message of a failed call stands beside it, and controls nothing', () => {
    const gone = failed(
      { status: 'UNAVAILABLE', code: 14, message: 'the pond\u001b[31m is <b>dry</b>' },
      'unexpected_grpc_status',
      'expectation',
      'UNAVAILABLE (14), expected OK',
    )
    const words = wordsOf(form, gone)
    expect(words).toContain('the server says: the pond')
    expect(words).not.toContain('\u001b')
    expect(form === 'Markdown' ? foreignTags(renderMarkdown(gone)) : []).toEqual([])
  })
})
