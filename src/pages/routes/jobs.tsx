import type { Api, ApiContext } from '../../api/route.ts'
import { PortolanProblem } from '../../client/errors.ts'
import type { Job } from '../../client/schema.ts'
import { ask } from '../ask.ts'
import { JOB_FILTERS, JobList } from '../job/job-list.tsx'
import { JobView } from '../job/job-view.tsx'
import { Live } from '../job/live.tsx'
import { hasEnded, stateWord, targetName } from '../job/words.ts'
import { answerPage, form, mayUse, page } from '../page.tsx'
import { answeredOr, askedOf } from '../query.ts'
import { pageOfReport, pageOfResource } from '../report-page.ts'

const look = { nav: 'jobs', styles: ['findings.css', 'map.css', 'job.css'] } as const

/** `/jobs`, `/jobs/{id}`, and the report of a job. */
export function mountJobsPages(app: Api): void {
  page(app, { path: '/jobs', scope: 'jobs:read', api: '/v1/jobs' }, async (context) => {
    const asked = askedOf(context, JOB_FILTERS, ['label'])
    const found = await answeredOr(ask(context).listJobs(asked))
    const status = 'refused' in found ? found.refused.status : 200
    return answerPage(
      context,
      { title: 'Jobs', nav: 'jobs', styles: ['job.css', 'admin.css'], status },
      <JobList asked={asked} found={found} />,
    )
  })

  page(app, { path: '/jobs/:id', scope: 'jobs:read', api: '/v1/jobs/{id}' }, async (context) => {
    const job = await ask(context).getJob(idOf(context))
    const ended = hasEnded(job)
    return answerPage(
      context,
      { title: titleOf(job), ...look, scripts: ended ? [] : ['job.js'] },
      <Live
        at={`/jobs/${job.id}`}
        said={`${stateWord(job)}: job of ${targetName(job.target)}`}
        {...(ended ? {} : { events: job.id })}
      >
        <JobView
          job={job}
          isMapWhole={context.req.query('map') === 'whole'}
          actions={ended || !mayUse(context, 'jobs:write') ? null : <Cancel href={`/jobs/${job.id}`} />}
        />
      </Live>,
    )
  })

  form(app, { path: '/jobs/:id/cancel', scope: 'jobs:write' }, async (context) => {
    const id = idOf(context)
    await unlessEnded(ask(context).cancelJob(id))
    return context.redirect(`/jobs/${encodeURIComponent(id)}`, 303)
  })

  pageOfResource(app, '/v1/jobs/:id', (id) => `/jobs/${encodeURIComponent(id)}`)
  pageOfReport(app, '/v1/jobs/:id/report', async (context) => {
    const job = await ask(context).getJob(idOf(context))
    return answerPage(context, { title: titleOf(job), ...look }, <JobView job={job} />)
  })
}

export const idOf = (context: ApiContext): string => context.req.param('id') ?? ''

const titleOf = (job: Job): string => `${stateWord(job)}: ${targetName(job.target)}`

/** A form that cancels what runs. */
export function Cancel({ href }: { href: string }) {
  return (
    <form method="post" action={`${href}/cancel`}>
      <button type="submit">Cancel</button>
    </form>
  )
}

/** Cancels, and passes over a job that has ended meanwhile, as the page then shows its end. */
export async function unlessEnded(cancelling: Promise<unknown>): Promise<void> {
  try {
    await cancelling
  } catch (error) {
    if (!(error instanceof PortolanProblem && error.code === 'conflict')) {
      throw error
    }
  }
}
