/** A job as a page shows it: as it runs, and as it ended. */
import type { Child } from 'hono/jsx'
import type { Job } from '../../client/schema.ts'
import type { JobReport } from '../../report/job-document.ts'
import { countsOf, duration, pathTitle, UNMET } from '../../report/phrases.ts'
import { reportOfDocument } from '../../report/read-document.ts'
import { visible } from '../../report/visible.ts'
import { described } from '../described.ts'
import { PathMap } from '../map/map.tsx'
import { Facts } from '../parts/facts.tsx'
import { Findings, type PathNamed } from '../parts/findings.tsx'
import { Lines } from '../parts/lines.tsx'
import { type Level, Section } from '../parts/section.tsx'
import { ServiceLink } from '../parts/service-link.tsx'
import { State } from '../parts/state.tsx'
import { TakeAway } from '../parts/take-away.tsx'
import { Time } from '../parts/time.tsx'
import { IgnoredDocuments, NotApplicable, ObjectsUsed } from './beside.tsx'
import { LiveRows } from './live-rows.tsx'
import { PathRows, RowEvidence, shownRows } from './path-rows.tsx'
import { hasEnded, labelsInWords, stateOf, targetName, verdictWords } from './words.ts'

type JobViewProps = {
  job: Job
  /** Buttons and links for what the reader may do with the job. */
  actions?: Child
  /** True for one of several jobs on a page, so that its headings are a level lower. */
  isPart?: boolean
  /** True if its map draws every hop by itself. */
  isMapWhole?: boolean
}

/** The whole of a job. */
export function JobView({ job, actions = null, isPart = false, isMapWhole = false }: JobViewProps) {
  const report = reportOfDocument(described(job))
  const ended = hasEnded(job)
  const Title = isPart ? 'h2' : 'h1'
  const level = isPart ? 3 : 2
  return (
    <>
      <Title>
        <State {...stateOf(job)} /> {isPart ? '' : 'Job of '}
        {targetName(job.target)}
      </Title>
      <p class="lead">
        {verdictWords(job)} {ended && job.paths.length > 0 ? `${countsOf(report)}.` : ''}
      </p>
      <JobProblem problem={job.problem} level={level} />
      <Facts of={factsOf(job)} />
      {actions}
      {ended ? <Ended {...{ report, job, isPart, level, isMapWhole }} /> : <LiveRows report={report} />}
    </>
  )
}

/** Why the job as a whole could not be done: a fault of Portolan's, or of what it was asked, and none of the target. */
export function JobProblem({ problem, level = 2 }: { problem: Job['problem']; level?: Level }) {
  return problem === null ? null : (
    <Section of="note error" title={visible(problem.title)} level={level}>
      <p>
        <Lines text={problem.detail} />
      </p>
      <p class="quiet">
        {problem.status} {/^\w+$/.test(problem.code) ? <a href={`/docs/errors/${problem.code}`}>{problem.code}</a> : ''}
      </p>
    </Section>
  )
}

function factsOf(job: Job): [string, Child | null][] {
  const { target, vantage, createdAt, finishedAt, durationMs, scheduleId, batchId, labels } = job
  return [
    ['Service', <ServiceLink target={target} />],
    ['Cluster', visible(target.cluster)],
    ['Seen from', visible(vantage)],
    ['Asked for', <Time at={createdAt} />],
    ['Ended', finishedAt === null ? null : <Time at={finishedAt} />],
    ['Took', durationMs === null ? null : duration(durationMs)],
    ['Made by', scheduleId === null ? null : <a href={`/schedules/${scheduleId}`}>a schedule</a>],
    ['Part of', batchId === null ? null : <a href={`/batches/${batchId}`}>a batch</a>],
    ['Labels', labelsInWords(labels) || null],
    ['Id', <code>{job.id}</code>],
  ]
}

type EndedProps = { report: JobReport; job: Job; isPart: boolean; level: 2 | 3; isMapWhole: boolean }

function Ended({ report, job, isPart, level, isMapWhole }: EndedProps) {
  const rows = shownRows(report)
  const prefix = isPart ? `${job.id}-` : ''
  const name = `portolan-${job.target.namespace}-${job.target.service}`
  return (
    <>
      {isPart ? null : <TakeAway href={`/v1/jobs/${job.id}/report`} name={name} />}
      <Unmet of={job.unmet} level={level} />
      <Diagnosis {...{ job, level, prefix }} pathNamed={namesOf(report, prefix)} />
      {isPart || job.paths.length === 0 ? null : (
        <Section title="Map" level={level}>
          <PathMap source={{ job }} rows={prefix} findings={`${prefix}finding-`} {...mapOf(job.id, isMapWhole)} />
        </Section>
      )}
      {rows.length === 0 ? null : (
        <Section title="Paths" level={level}>
          <PathRows
            {...{ rows, prefix, seenAt: isPart ? `/jobs/${job.id}` : '', of: isPart ? targetName(job.target) : null }}
          />
        </Section>
      )}
      {rows.length === 0 || isPart ? null : (
        <Section title="What was seen" level={level}>
          <RowEvidence rows={rows} />
        </Section>
      )}
      <NotApplicable of={job.notApplicable} level={level} />
      <IgnoredDocuments of={job.ignored} level={level} />
      <ObjectsUsed objects={job.objects} level={level} />
    </>
  )
}

const mapOf = (id: string, isUnfolded: boolean) => ({
  isUnfolded,
  otherHref: `/jobs/${id}${isUnfolded ? '' : '?map=whole'}#map`,
})

/** Lists what the job expects of all its paths together and did not find. */
function Unmet({ of, level }: { of: Job['unmet']; level: Level }) {
  return of.length === 0 ? null : (
    <Section of="note fail" title="Expected of all paths, and not met" level={level}>
      <ul>
        {of.map((field) => (
          <li>
            {UNMET[field]} (<code>{field}</code>)
          </li>
        ))}
      </ul>
    </Section>
  )
}

const DIAGNOSES = {
  healthy: 'Nothing was found to be wrong.',
  degraded: 'It works, but not as it should.',
  broken: 'It is broken.',
  unknown: 'Nothing is known of a cause.',
} as const

type DiagnosisProps = { job: Job; pathNamed: PathNamed; level: 2 | 3; prefix: string }

function Diagnosis({ job, pathNamed, level, prefix }: DiagnosisProps) {
  const { status, findings } = job.diagnosis
  return job.problem !== null && findings.length === 0 ? null : (
    <Section title={`Diagnosis: ${status}`} level={level}>
      <p>{DIAGNOSES[status]}</p>
      <Findings findings={findings} pathNamed={pathNamed} level={level === 2 ? 3 : 4} prefix={prefix} />
    </Section>
  )
}

/** The titles of the paths of this page, each with a link to its row. */
function namesOf({ paths }: JobReport, prefix: string): PathNamed {
  const titles = new Map(paths.map((path) => [path.id, pathTitle(path)]))
  return (id) => {
    const title = titles.get(id)
    return title === undefined ? null : { title, href: `#${prefix}${id}` }
  }
}
