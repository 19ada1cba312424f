import { casesOf } from './cases.ts'
import { evidenceOf } from './evidence-lines.ts'
import type { JobReport } from './job-document.ts'
import { type Links, RELATIVE } from './links.ts'
import { countsOf, headline, notesOf, resultOf, targetOf, verdictReason } from './phrases.ts'
import { verdictIsExplained } from './rows.ts'
import { type Point, tapText } from './tap-lines.ts'
import type { ViewRow, WindowView } from './window-view.ts'

/**
 * TAP, version 14: a point for each path × check, by the names that JUnit has, with what was seen as a YAML block. What
 * a target fails at is `not ok`. A fault of ours is no failure of a target: such a path is skipped, and a run whose
 * verdict it takes ends with `Bail out!`, as does one that is not finished, or tested nothing.
 */
export const renderTap = (job: JobReport, links: Links = RELATIVE): string => renderJobsTap([job], links)

/**
 * The same for several jobs.
 *
 * @param passed says that they pass together: one that tested nothing ends nothing then.
 */
export function renderJobsTap(jobs: readonly JobReport[], links: Links = RELATIVE, passed = false): string {
  const several = jobs.length > 1
  const fails = jobs.some(({ verdict }) => verdict === 'fail')
  const reasons = jobs.flatMap((job) => {
    const reason = passed || fails || isJudged(job) ? null : verdictReason(job)
    return reason === null ? [] : [`${several ? `${targetOf(job)}: ` : ''}${reason.code}: ${reason.message}`]
  })
  const points = jobs.flatMap((job) => pointsOf(job).map((point) => (several ? within(job, point) : point)))
  const report = jobs.map((job) => links.open(`/v1/jobs/${job.id}/report?format=text`))
  return tapText({
    remarks: jobs.flatMap((job, at) => [
      `${headline(job)} ${targetOf(job)}: ${countsOf(job)}`,
      `job ${job.id}, cluster ${job.target.cluster}, seen from ${job.vantage}`,
      ...(report[at] === null || report[at] === undefined ? [] : [report[at]]),
    ]),
    points,
    bail: reasons.length === 0 ? null : reasons.join('; '),
  })
}

const isJudged = ({ status, verdict }: JobReport): boolean =>
  status === 'finished' && (verdict === 'pass' || verdict === 'fail')

const within = (job: JobReport, point: Point): Point => ({ ...point, name: `${targetOf(job)}: ${point.name}` })

function pointsOf(job: JobReport): Point[] {
  const cases = casesOf(job)
  const rows = cases.map(({ row }) => row)
  const points = cases.map(({ row, name, check }): Point => {
    const { path, outcome, deciding, tries, passes, flaky } = row
    const cause =
      outcome === 'fail' ? job.diagnosis.findings.find(({ explains }) => explains.includes(path.id)) : undefined
    return {
      ok: outcome !== 'fail',
      name,
      skip:
        outcome === 'pass' || outcome === 'fail'
          ? null
          : outcome === 'error'
            ? `error of Portolan: ${resultOf(row)}`
            : resultOf(row),
      facts: {
        ...{ path: path.id, kind: path.kind, check, outcome: outcome ?? 'not finished' },
        code: deciding?.failure?.code ?? path.skipped?.reason ?? null,
        duration_ms: deciding?.timings.totalMs ?? null,
        ...(tries > 1 && { tries, passes }),
        flaky: flaky || null,
        message: notesOf(row),
        ...(cause && { cause: `${cause.confidence}: ${cause.title} (${cause.code})`, fix: cause.fix.split('\n') }),
        evidence: outcome === 'fail' || outcome === 'error' ? evidenceOf(row) : [],
      },
    }
  })
  const isOpen = job.verdict === 'fail' && !verdictIsExplained(job, rows)
  const reason = isOpen ? verdictReason(job) : null
  return reason === null ? points : [verdictPoint(reason), ...points]
}

const verdictPoint = ({ code, message }: { code: string; message: string }): Point => ({
  ...{ ok: false, name: 'verdict', skip: null },
  facts: { code, message },
})

/** A report over a window: a point for each path, or Service. It is as red as {@link WindowView.verdict}. */
export function renderWindowTap(view: WindowView): string {
  const explained = view.rows.some(({ verdict }) => verdict === 'fail')
  const rows = view.rows.map((row): Point => windowPoint(view, row))
  const own = view.verdict === 'fail' && !explained ? [verdictPoint({ code: 'fail', message: view.summary })] : []
  const isJudged = view.verdict === 'pass' || view.verdict === 'fail'
  return tapText({
    remarks: [`${view.verdict.toUpperCase()} ${view.title}: ${view.summary}`, view.about],
    points: [...own, ...rows],
    bail: isJudged ? null : `${view.verdict}: ${view.summary}`,
  })
}

/** A path that alone is below the objective, in a Service that meets it, fails nothing. */
function windowPoint(view: WindowView, { caseName, verdict, p50Ms, cells, notes }: ViewRow): Point {
  const isFailing = verdict === 'fail' && view.verdict === 'fail'
  const skips: Readonly<Record<string, string | null>> = {
    ...{ pass: null, inconclusive: 'nothing was tested', error: 'error of Portolan' },
    fail: isFailing ? null : 'below the objective by itself',
  }
  return {
    ok: !isFailing,
    name: caseName,
    skip: skips[verdict] ?? null,
    facts: {
      outcome: verdict,
      p50_ms: p50Ms,
      message: notes,
      figures: view.columns.map(({ title }, at) => `${title}: ${cells[at] ?? ''}`),
    },
  }
}
