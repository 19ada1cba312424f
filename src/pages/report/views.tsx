/** The pages of reports over a window. */
import type { Child } from 'hono/jsx'
import type { Answer } from '../../client/types.ts'
import type { OverallReport, PathReport, ServiceReport } from '../../report/history-document.ts'
import { visible } from '../../report/visible.ts'
import { viewOverall, viewService } from '../../report/window-view.ts'
import { percentOf } from '../../report/window-words.ts'
import { Facts } from '../parts/facts.tsx'
import { Findings } from '../parts/findings.tsx'
import { type Query, QueryField, QueryForm } from '../parts/query-form.tsx'
import { Section } from '../parts/section.tsx'
import { ServiceLink, servicePath } from '../parts/service-link.tsx'
import { TakeAway } from '../parts/take-away.tsx'
import { Time } from '../parts/time.tsx'
import { type Asked, hrefWith, textOf, withoutFormat } from '../query.ts'
import { WindowHead, WindowRows, WindowSections } from './window.tsx'

/** All Services over a window. */
export function OverallView({
  report,
  asked,
  form = null,
}: {
  report: Answer<'getReport'>
  asked: Asked
  form?: Child
}) {
  const document = report as OverallReport
  const view = viewOverall(document, textOf(asked, 'cluster') || null)
  const rows = view.rows.map((row, at) => {
    const service = document.services[at]
    return { ...row, href: service === undefined ? null : servicePath(service.target) }
  })
  return (
    <>
      <WindowHead view={view} what={view.title} from={<Time at={report.from} />} to={<Time at={report.to} />} />
      {form}
      <Facts
        of={[
          ['Objective', percentOfShare(report.objective)],
          ['Available', percentOf(report.counts)],
          ['Cluster', asked.cluster === undefined ? 'all' : visible(textOf(asked, 'cluster'))],
          ['Namespace', asked.namespace === undefined ? 'all' : visible(textOf(asked, 'namespace'))],
        ]}
      />
      <TakeAway href={hrefWith('/v1/report', withoutFormat(asked), spanOf(report))} name="portolan-report" />
      <WindowRows view={view} rows={rows} caption="Services, what fails first" />
    </>
  )
}

/** A Service over a window. */
export function ServiceReportView({ report, asked }: { report: Answer<'getServiceReport'>; asked: Asked }) {
  const document: ServiceReport = {
    ...report,
    // History does not keep the names of environment variables
    paths: (report.paths as unknown as readonly Omit<PathReport, 'variable'>[]).map((path) => ({
      ...path,
      variable: null,
    })),
  } as ServiceReport
  const view = viewService(document)
  const { namespace, service, cluster } = report.target
  const titles = new Map(view.rows.map(({ id, name }) => [id, { title: name, href: null }]))
  const file = `portolan-${namespace}-${service}-report`
  return (
    <>
      <WindowHead view={view} what={view.title} from={<Time at={report.from} />} to={<Time at={report.to} />} />
      <Facts
        of={[
          ['Service', <ServiceLink target={report.target} />],
          ['Cluster', visible(cluster)],
          ['Objective', percentOfShare(report.objective)],
          ['Available', percentOf(report.counts)],
        ]}
      />
      <TakeAway
        href={hrefWith(reportPath(report.target), { ...withoutFormat(asked), cluster }, spanOf(report))}
        name={file}
      />
      <WindowRows
        view={view}
        rows={view.rows.map((row) => ({ ...row, href: null }))}
        caption="Paths, what is below the objective first"
      />
      <WindowSections sections={view.sections.filter(({ title }) => !title.startsWith('Diagnosis'))} />
      <Section title={`Diagnosis now: ${report.diagnosis?.status ?? 'unknown'}`} level={2}>
        <Findings findings={report.diagnosis?.findings ?? []} pathNamed={(id) => titles.get(id) ?? null} />
      </Section>
    </>
  )
}

/** Returns the path at which the API has the report of a Service. */
const reportPath = ({ namespace, service }: { namespace: string; service: string }): string =>
  `/v1/services/${encodeURIComponent(namespace)}/${encodeURIComponent(service)}/report`

/** The same report again, whenever it is asked for: its window is named by its ends. */
const spanOf = ({ from, to }: { from: string; to: string }) => ({ from, to, window: null })

const percentOfShare = (share: number): string => `${Number((share * 100).toFixed(6))} %`

const WINDOWS = [
  ['1h', 'Hour'],
  ['24h', 'Day'],
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['90d', '90 days'],
] as const

/** Chooses the window, the objective and the Services of the overall report. */
export const REPORT_FIELDS = ['window', 'objective', 'cluster', 'namespace', 'from', 'to']

export function ReportForm({ asked, refused }: Query) {
  const of = { asked, refused }
  const window = textOf(asked, 'window') || (asked.from === undefined && asked.to === undefined ? '24h' : '')
  return (
    <>
      <nav class="take-away" aria-label="Windows">
        <span>The last:</span>
        <ul>
          {WINDOWS.map(([value, label]) => (
            <li>
              <a
                href={hrefWith('/report', asked, { window: value, from: null, to: null })}
                aria-current={window === value ? 'true' : undefined}
              >
                {label}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <QueryForm of={of} action="/report" names={REPORT_FIELDS}>
        <QueryField of={of} name="window" label="Window" hint="Like 24h or 30d" />
        <QueryField of={of} name="objective" label="Objective" hint="Like 0.999" />
        <QueryField of={of} name="cluster" label="Cluster" />
        <QueryField of={of} name="namespace" label="Namespace" />
      </QueryForm>
    </>
  )
}
