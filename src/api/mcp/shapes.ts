/**
 * The parts that the answers of several tools have in common. This is the table of what a target, or the author of an
 * object, may have written: `quoted`, and nothing else. A failure's message is ours, and names what a certificate or a
 * resolver said; so do the texts of findings.
 *
 * @module
 */
import type { Finding } from '../../diagnose/finding.ts'
import type { HistoryPath } from '../../history/types.ts'
import { findingEvidence } from '../../report/evidence-lines.ts'
import type { JobPathDocument, ResultDocument } from '../../report/job-document.ts'
import { pathTitle } from '../../report/phrases.ts'
import {
  checkName,
  docsUri,
  each,
  type Fields,
  flag,
  id,
  instant,
  ip,
  made,
  name,
  number,
  object,
  quoted,
  tally,
  word,
} from './fields.ts'

const TITLE = 300
const TEXT = 1000
const HEADERS_SHOWN = 20
const TRIES_SHOWN = 3

export const target = object({ cluster: name, namespace: name, service: name })

/** For people: kind, port and place, which authors of objects have chosen. */
const title = made((path: HistoryPath) => pathTitle(path), quoted(TITLE))

export const pathFields: Fields = { id, kind: word, title, expected: word }

export const skipped = object({ reason: word, detail: quoted(TEXT) })

export const problem = object({ code: word, detail: quoted(TEXT) })

const causeFields: Fields = {
  code: word,
  layer: word,
  confidence: word,
  title: quoted(TITLE),
  docs: made(({ code }: Finding) => `portolan://docs/diagnoses/${code}`, docsUri),
}

/** Names the finding with which an incident began. */
export const cause = object(causeFields)

const finding = object({
  ...causeFields,
  detail: quoted(TEXT),
  fix: quoted(TEXT),
  confirm: quoted(TEXT),
  evidence: made((of: Finding) => findingEvidence(of), each(quoted(TITLE), 20)),
  explains: each(id, 100),
})

export const diagnosis = object({ status: word, findings: each(finding, 20) })

export const summary = object({ pass: number, fail: number, error: number, skipped: number, leftOut: number })

const failure = object({ code: word, phase: word, source: word, message: quoted(TEXT) })

type Http = NonNullable<ResultDocument['http']>

const headerLines = ({ headers }: Http) => Object.entries(headers).map(([header, value]) => `${header}: ${value}`)

/** One try, with what the target said in it. */
const tried = object({
  id,
  check: checkName,
  outcome: word,
  startedAt: instant,
  failure,
  totalMs: made((result: ResultDocument) => result.timings.totalMs, number),
  resolvedAddress: ip,
  dns: object({
    name: quoted(TITLE),
    type: word,
    rcode: word,
    answers: each(quoted(TITLE), 20),
    cname: quoted(TITLE),
  }),
  tls: object({
    subject: quoted(TITLE),
    issuer: quoted(TITLE),
    altNames: each(quoted(TITLE), 20),
    notBefore: instant,
    notAfter: instant,
    authorized: flag,
    authorizationError: quoted(TITLE),
  }),
  http: object({
    status: number,
    location: quoted(TITLE),
    headers: made(headerLines, each(quoted(TITLE), HEADERS_SHOWN)),
    bodyBytes: number,
    body: made((http: Http) => http.bodySnippet, quoted(512)),
  }),
  grpc: object({ call: quoted(TITLE), status: word, health: word, message: quoted(TITLE) }),
  responder: quoted(TITLE),
  malformed: object({ flaw: word, quote: quoted(TITLE) }),
  speaks: word,
})

/** Those that tell most: of the path's own outcome, the last first. */
const telling = ({ outcome, results }: JobPathDocument): ResultDocument[] =>
  results
    .filter((result) => result.purpose === 'check')
    .toReversed()
    .toSorted((a, b) => Number(b.outcome === outcome) - Number(a.outcome === outcome))

/** A path of a job, with its last tries. */
export const jobPath = object({
  ...pathFields,
  outcome: word,
  flaky: flag,
  skipped,
  triesMade: made(({ results }: JobPathDocument) => results.length, number),
  tries: made(telling, each(tried, TRIES_SHOWN)),
})

export const failures = tally
