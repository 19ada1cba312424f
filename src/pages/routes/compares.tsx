import type { Api } from '../../api/route.ts'
import type { Compare } from '../../client/schema.ts'
import { ask } from '../ask.ts'
import { CompareView, countsOf } from '../job/compare-view.tsx'
import { Live } from '../job/live.tsx'
import { hasEnded, stateWord } from '../job/words.ts'
import { answerPage, form, mayUse, page } from '../page.tsx'
import { pageOfReport, pageOfResource } from '../report-page.ts'
import { Cancel, idOf, unlessEnded } from './jobs.tsx'

/** `/compares/{id}`, and the report of a comparison. */
export function mountComparesPages(app: Api): void {
  page(app, { path: '/compares/:id', scope: 'jobs:read', api: '/v1/compares/{id}' }, async (context) => {
    const compare = await ask(context).getCompare(idOf(context))
    const ended = hasEnded(compare)
    const at = `/compares/${compare.id}`
    const actions = ended || !mayUse(context, 'jobs:write') ? null : <Cancel href={at} />
    return answerPage(
      context,
      { title: titleOf(compare), nav: 'jobs', styles: ['findings.css', 'job.css'], scripts: ended ? [] : ['job.js'] },
      <Live at={at} said={`${stateWord(compare)}: ${countsOf(compare)}`} polled={!ended}>
        <CompareView compare={compare} actions={actions} />
      </Live>,
    )
  })

  form(app, { path: '/compares/:id/cancel', scope: 'jobs:write' }, async (context) => {
    const id = idOf(context)
    await unlessEnded(ask(context).cancelCompare(id))
    return context.redirect(`/compares/${encodeURIComponent(id)}`, 303)
  })

  pageOfResource(app, '/v1/compares/:id', (id) => `/compares/${encodeURIComponent(id)}`)
  pageOfReport(app, '/v1/compares/:id/report', async (context) => {
    const compare = await ask(context).getCompare(idOf(context))
    return answerPage(
      context,
      { title: titleOf(compare), nav: 'jobs', styles: ['findings.css', 'job.css'] },
      <CompareView compare={compare} />,
    )
  })
}

const titleOf = (compare: Compare): string => `${stateWord(compare)}: comparison`
