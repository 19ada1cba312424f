/**
 * Makes remarks that a CI system shows beside lines of a file, or for a run as a whole: one for each finding, whatever
 * the format. They are built of documents of the API, so that a job on a server has the same as one that ran here.
 *
 * @module
 */
import type { Finding } from '../diagnose/finding.ts'
import { OBJECT_CODES } from '../diagnose/rules.ts'
import { type ManifestFile, type ManifestPlace, type ManifestPlaces, placesIn } from '../kube/manifest-places.ts'
import { hashParts } from '../lib/hash.ts'
import type { JobDocument, JobPathDocument, PathDocument, PlanDocument } from './job-document.ts'
import { pathTitle, verdictReason } from './phrases.ts'
import { visible, visibleLines } from './visible.ts'

/** A job, or a plan: the same without what only a run tells. */
export type Reported = Pick<PlanDocument, 'target' | 'diagnosis'> &
  Partial<Pick<JobDocument, 'status' | 'verdict' | 'problem' | 'unmet'>> & {
    paths?: readonly (PathDocument & Partial<Pick<JobPathDocument, 'outcome'>>)[]
  }

/** `error`: it explains why the run fails, or is certain to. `note`: one explanation among several. */
export type RemarkLevel = 'error' | 'warning' | 'note'

/** Every text is safe to show (see `visible`), and not yet escaped for any markup. */
export type Remark = {
  /** The code of the finding, or of what ended the run. */
  code: string
  level: RemarkLevel
  title: string
  /** Lines, the fix last. */
  detail: readonly string[]
  /** The page about it, by its path in the repository; `null`: there is none. */
  docs: string | null
  /** `shop/toad-svc`. */
  target: string
  /** `null`: nothing that was read from a file is at fault. */
  place: ManifestPlace | null
  /** Objects that are evidence besides. */
  beside: readonly { place: ManifestPlace; text: string }[]
  /** The objects alone show it. */
  byObjects: boolean
  /** Says what is at fault, in whatever line it stands, and of whichever run. */
  fingerprint: string
}

/** Standard input is no file that anybody could open. */
export const STDIN = '-'

/**
 * @param files that the manifests were read from; empty: the Service is a live one. Their paths are shown as they are,
 * so they should be relative to the folder of the repository.
 */
export function remarksOf(reported: readonly Reported[], files: readonly ManifestFile[]): Remark[] {
  const places = placesIn(named(files))
  const counts = new Map<string, number>()
  return reported
    .flatMap((each) => [...each.diagnosis.findings.map((finding) => ofFinding(each, finding, places)), ...ofRun(each)])
    .map(({ parts, ...remark }) => {
      const fingerprint = hashParts(parts, 40)
      const nth = counts.get(fingerprint) ?? 0
      counts.set(fingerprint, nth + 1)
      return { ...remark, fingerprint: nth === 0 ? fingerprint : hashParts([...parts, nth], 40) }
    })
}

/** The most serious first, each level in the order of the findings; and how many were left out. */
export function firstRemarks(remarks: readonly Remark[], most: number): { shown: Remark[]; more: number } {
  const sorted = LEVELS.flatMap((level) => remarks.filter((remark) => remark.level === level))
  return { shown: sorted.slice(0, most), more: Math.max(0, remarks.length - most) }
}

const LEVELS: readonly RemarkLevel[] = ['error', 'warning', 'note']

export const named = (files: readonly ManifestFile[]): ManifestFile[] =>
  files.flatMap(({ path, text }) => (path === STDIN ? [] : [{ path: shownPath(path), text }]))

/**
 * As CI systems write paths: with slashes, and without a step to where one is. Whoever opens a pull request names
 * files.
 */
const shownPath = (path: string): string => visible(path.replaceAll('\\', '/').replace(/^(?:\.\/+)+/, ''))

type Unnumbered = Omit<Remark, 'fingerprint'> & { parts: readonly (string | null)[] }

function ofFinding({ target, status }: Reported, finding: Finding, places: ManifestPlaces): Unnumbered {
  const { namespace, service } = target
  const evidence = finding.evidence.flatMap((each) => ('object' in each ? [each] : []))
  const found = evidence.flatMap(({ object, field, value }) => {
    const place = places.find(object, field, namespace)
    const text = visible(`${object} ${field} = ${JSON.stringify(value) ?? 'absent'}`)
    return place === null ? [] : [{ place, text }]
  })
  const [first, ...beside] = found
  const own = places.find(`Service/${service}`, 'metadata.name', namespace)
  const [at] = evidence
  return {
    code: finding.code,
    level: levelOf(finding, status !== undefined),
    title: visible(finding.title),
    detail: [
      ...visibleLines(finding.detail),
      ...visibleLines(finding.fix).map((line, nth) => (nth === 0 ? `Fix: ${line}` : line)),
    ],
    docs: finding.docs,
    target: visible(`${namespace}/${service}`),
    place: first?.place ?? own,
    beside,
    byObjects: OBJECT_CODES.has(finding.code),
    // A position in a list is not: another entry may be put before it
    parts: [finding.code, namespace, service, at?.object ?? null, at?.field.replace(/\[\d+\]/g, '[]') ?? null],
  }
}

/** Grades a finding: an error if it explains a failure of the build, less if nothing was seen to fail by it. */
function levelOf({ confidence, explains }: Finding, isRun: boolean): RemarkLevel {
  if (explains.length === 0) {
    return confidence === 'certain' ? 'warning' : 'note'
  }
  return isRun || confidence === 'certain' ? 'error' : confidence === 'likely' ? 'warning' : 'note'
}

/** Remarks on a run that did not pass where no finding does: why it has no verdict, which paths fail unexplained. */
function ofRun(reported: Reported): Unnumbered[] {
  const { target, status, verdict, problem = null, paths = [], unmet = [], diagnosis } = reported
  if (status === undefined || verdict === 'pass') {
    return []
  }
  const explained = new Set(diagnosis.findings.flatMap(({ explains }) => explains))
  const open = paths.filter(({ id, outcome }) => outcome === 'fail' && !explained.has(id))
  const failed = paths.some(({ outcome }) => outcome === 'fail')
  const reason =
    verdict === 'fail' && failed ? null : verdictReason({ status, verdict: verdict ?? null, problem, unmet })
  const titles = open.slice(0, NAMED_PATHS).map(pathTitle).join(', ')
  const rest = open.length > NAMED_PATHS ? ` and ${open.length - NAMED_PATHS} more` : ''
  const told = [
    ...(reason === null ? [] : [{ code: reason.code, title: `${verdict ?? status}: ${reason.message}` }]),
    ...(open.length === 0 ? [] : [{ code: 'unexplained_failure', title: `No finding explains: ${titles}${rest}` }]),
  ]
  const name = visible(`${target.namespace}/${target.service}`)
  return told.map(({ code, title }) => ({
    ...{ code, level: 'error' as const, title, detail: [], docs: null, target: name },
    ...{ place: null, beside: [], byObjects: false },
    parts: [code, target.namespace, target.service],
  }))
}

const NAMED_PATHS = 3
