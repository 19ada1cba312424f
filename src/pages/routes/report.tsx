import type { Api, ApiContext } from '../../api/route.ts'
import { visible } from '../../report/visible.ts'
import { ask } from '../ask.ts'
import { stateWord } from '../job/words.ts'
import { answerPage, page } from '../page.tsx'
import { answeredOr, askedOf, withoutFormat } from '../query.ts'
import { failedStatus } from '../report/status.ts'
import { OverallView, REPORT_FIELDS, ReportForm, ServiceReportView } from '../report/views.tsx'
import { pageOfReport } from '../report-page.ts'

/** `/report`, and the reports over a window as pages. */
export function mountReportPages(app: Api): void {
  page(app, { path: '/report', scope: 'reports:read', api: '/v1/report' }, async (context) => {
    const asked = askedOf(context, REPORT_FIELDS)
    const found = await answeredOr(ask(context).getReport(asked))
    if ('refused' in found) {
      return answerPage(
        context,
        { title: 'Report', nav: 'report', styles: ['job.css'], status: found.refused.status },
        <>
          <h1>Report</h1>
          <ReportForm asked={asked} refused={found.refused} />
        </>,
      )
    }
    return answerPage(
      context,
      { title: titleOf(found.data, 'all Services'), nav: 'report', styles: ['job.css'] },
      <OverallView report={found.data} asked={asked} form={<ReportForm asked={asked} refused={null} />} />,
    )
  })

  pageOfReport(app, '/v1/report', async (context) => {
    const asked = askedOf(context, 'all')
    const report = await ask(context).getReport(withoutFormat(asked))
    return answerPage(
      context,
      {
        title: titleOf(report, 'all Services'),
        nav: 'report',
        styles: ['findings.css', 'job.css'],
        status: failedStatus(asked, report),
      },
      <OverallView report={report} asked={asked} />,
    )
  })

  pageOfReport(app, '/v1/services/:namespace/:name/report', async (context) => {
    const asked = askedOf(context, 'all')
    const { namespace, name } = namesOf(context)
    const report = await ask(context).getServiceReport(namespace, name, withoutFormat(asked))
    return answerPage(
      context,
      {
        title: titleOf(report, visible(`${namespace}/${name}`)),
        nav: 'report',
        styles: ['findings.css', 'job.css'],
        status: failedStatus(asked, report),
      },
      <ServiceReportView report={report} asked={asked} />,
    )
  })
}

const namesOf = (context: ApiContext) => ({
  namespace: context.req.param('namespace') ?? '',
  name: context.req.param('name') ?? '',
})

const titleOf = ({ verdict }: { verdict: Parameters<typeof stateWord>[0]['verdict'] }, what: string): string =>
  `${stateWord({ status: 'finished', verdict })}: ${what}`
