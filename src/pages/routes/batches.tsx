import type { Api } from '../../api/route.ts'
import type { Batch } from '../../client/schema.ts'
import { ask } from '../ask.ts'
import { BatchList } from '../job/batch-list.tsx'
import { BatchView, countsOfBatch } from '../job/batch-view.tsx'
import { Live } from '../job/live.tsx'
import { hasEnded, stateWord } from '../job/words.ts'
import { answerPage, form, mayUse, page } from '../page.tsx'
import { pageOfReport, pageOfResource } from '../report-page.ts'
import { Cancel, idOf, unlessEnded } from './jobs.tsx'

/** Batches on a page of the list: each comes with all its jobs. */
const BATCHES = 25

/** `/batches`, `/batches/{id}`, and the report of a batch. */
export function mountBatchesPages(app: Api): void {
  page(app, { path: '/batches', scope: 'jobs:read', api: '/v1/batches' }, async (context) => {
    const cursor = context.req.query('cursor') || undefined
    const found = await ask(context).listBatches({ limit: BATCHES, cursor })
    return answerPage(
      context,
      { title: 'Batches', nav: 'jobs', styles: ['job.css', 'admin.css'] },
      <BatchList found={found} isFirst={cursor === undefined} />,
    )
  })

  page(app, { path: '/batches/:id', scope: 'jobs:read', api: '/v1/batches/{id}' }, async (context) => {
    const batch = await ask(context).getBatch(idOf(context))
    const ended = hasEnded(batch)
    const at = `/batches/${batch.id}`
    const actions = ended || !mayUse(context, 'jobs:write') ? null : <Cancel href={at} />
    return answerPage(
      context,
      { title: titleOf(batch), nav: 'jobs', styles: ['findings.css', 'job.css'], scripts: ended ? [] : ['job.js'] },
      <Live at={at} said={`${stateWord(batch)}: ${countsOfBatch(batch)}`} polled={!ended}>
        <BatchView batch={batch} actions={actions} />
      </Live>,
    )
  })

  form(app, { path: '/batches/:id/cancel', scope: 'jobs:write' }, async (context) => {
    const id = idOf(context)
    await unlessEnded(ask(context).cancelBatch(id))
    return context.redirect(`/batches/${encodeURIComponent(id)}`, 303)
  })

  pageOfResource(app, '/v1/batches/:id', (id) => `/batches/${encodeURIComponent(id)}`)
  pageOfReport(app, '/v1/batches/:id/report', async (context) => {
    const api = ask(context)
    const batch = await api.getBatch(idOf(context))
    const failing = batch.jobs.filter((job) => hasEnded(job) && job.verdict !== 'pass')
    const whole = await Promise.all(failing.map(({ id }) => api.getJob(id)))
    return answerPage(
      context,
      { title: titleOf(batch), nav: 'jobs', styles: ['findings.css', 'job.css'] },
      <BatchView batch={batch} whole={whole} />,
    )
  })
}

const titleOf = (batch: Batch): string => `${stateWord(batch)}: batch of ${batch.jobs.length}`
