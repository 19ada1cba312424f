/** `/schedules` and `/schedules/{id}`: what runs again and again, how it does, and its buttons. */
import type { Api, ApiContext } from '../../api/route.ts'
import type { ScheduleHead } from '../../client/schema.ts'
import { ask } from '../ask.ts'
import { answerPage, form, mayUse, page } from '../page.tsx'
import { Refused } from '../parts/field.tsx'
import { orRefusal, type Refusal, readForm } from '../parts/form.ts'
import { Pager } from '../parts/pager.tsx'
import { Sure } from '../parts/sure.tsx'
import { Table } from '../parts/table.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { Time } from '../parts/time.tsx'
import { countsInWords } from '../schedules/form.tsx'
import {
  keeperOf,
  LastRun,
  LastVerdict,
  NextRuns,
  NotMade,
  notMadeInWords,
  Standing,
  servicePath,
  targetInWords,
} from '../schedules/head.tsx'
import { Asked, Keeper, Runs } from '../schedules/one.tsx'
import { mountScheduleForms } from './schedule-forms.tsx'

const look = { nav: 'schedules', styles: ['admin.css'] } as const
export const idOf = (context: ApiContext): string => context.req.param('id') ?? ''
const pathOfSchedule = (id: string): string => `/schedules/${encodeURIComponent(id)}`

export function mountSchedulesPages(app: Api): void {
  page(app, { path: '/schedules', scope: 'schedules:read', api: '/v1/schedules' }, answerList)
  // Before what takes any word for an id
  mountScheduleForms(app)
  page(app, { path: '/schedules/:id', scope: 'schedules:read', api: '/v1/schedules/{id}' }, (context) =>
    answerOne(context, null),
  )
  form(app, { path: '/schedules/:id/run', scope: 'jobs:write' }, async (context) => {
    const tried = await orRefusal(() => ask(context).runSchedule(idOf(context)))
    if ('refusal' in tried) {
      return answerOneOr(context, tried)
    }
    const { id } = tried.done
    return context.redirect(`/${id.startsWith('bat_') ? 'batches' : 'jobs'}/${id}`, 303)
  })
  form(app, { path: '/schedules/:id/state', scope: 'schedules:write' }, async (context) => {
    const enabled = (await readForm(context)).text('enabled') === 'true'
    // Any version will do, as nothing else of the schedule is changed
    const tried = await orRefusal(() => ask(context).changeSchedule(idOf(context), { enabled }, { ifMatch: '*' }))
    return 'refusal' in tried ? answerOneOr(context, tried) : context.redirect(pathOfSchedule(idOf(context)), 303)
  })
  page(app, { path: '/schedules/:id/delete', scope: 'schedules:write' }, (context) => answerDeletion(context, null))
  form(app, { path: '/schedules/:id/delete', scope: 'schedules:write' }, async (context) => {
    const ifMatch = (await readForm(context)).text('etag')
    const tried = await orRefusal(() => ask(context).deleteSchedule(idOf(context), ifMatch === '' ? {} : { ifMatch }))
    return 'refusal' in tried ? answerDeletionOr(context, tried) : context.redirect('/schedules', 303)
  })
}

const MANAGED = { discovery: 'Made by discovery', none: 'Made over the API' } as const

async function answerList(context: ApiContext): Promise<Response> {
  const asked = context.req.query('managedBy') ?? ''
  const managedBy = Object.hasOwn(MANAGED, asked) ? (asked as keyof typeof MANAGED) : undefined
  const cursor = context.req.query('cursor') || undefined
  const { items, nextCursor } = await ask(context).listSchedules({ managedBy, cursor })
  const nowMs = context.get('deps').clock.now()
  const here = managedBy === undefined ? '/schedules' : `/schedules?managedBy=${managedBy}`
  const next =
    nextCursor === null
      ? null
      : `/schedules?${new URLSearchParams({ ...(managedBy && { managedBy }), cursor: nextCursor })}`
  const filters = [
    { text: 'All', href: '/schedules', isHere: managedBy === undefined },
    ...Object.entries(MANAGED).map(([value, text]) => ({
      ...{ text, href: `/schedules?managedBy=${value}`, isHere: managedBy === value },
    })),
  ]
  return answerPage(
    context,
    { title: 'Schedules', ...look },
    <>
      <div class="heading">
        <h1>Schedules</h1>
        {mayUse(context, 'schedules:write') ? (
          <a class="button main" href="/schedules/new">
            New schedule
          </a>
        ) : null}
      </div>
      <Tabs label="Which schedules" of={filters} />
      {items.length === 0 ? (
        <p>There are no schedules{cursor === undefined ? '' : ' on this page'}. A schedule runs a check regularly.</p>
      ) : (
        <Table
          caption="Schedules"
          isCaptionHidden
          columns={['Schedule', 'State', 'When', 'Next runs', 'Last run', 'Verdict', 'Kept by', 'Actions'].map(
            (head) => ({ head }),
          )}
          rows={items.map((head) => ({
            cells: [
              <>
                <a href={pathOfSchedule(head.id)}>{head.name}</a>
                <br />
                <span class="quiet">{targetInWords(head)}</span>
              </>,
              <Standing of={head} nowMs={nowMs} />,
              <When of={head} />,
              <NextRuns of={head} />,
              <>
                <LastRun of={head} />
                <NotMadeBriefly of={head} />
              </>,
              <LastVerdict of={head} />,
              keeperOf(head) ?? 'its maker',
              <Buttons context={context} of={head} />,
            ],
          }))}
        />
      )}
      <Pager first={cursor === undefined ? null : here} next={next} />
    </>,
  )
}

function NotMadeBriefly({ of }: { of: ScheduleHead }) {
  const told = notMadeInWords(of)
  return told === null ? null : <div class="quiet">{told}</div>
}

const When = ({ of: { cron, timeZone, jitterMs } }: { of: ScheduleHead }) => (
  <>
    <code>{cron}</code>
    {cron.startsWith('@every') ? '' : ` in ${timeZone}`}
    {jitterMs === 0 ? '' : `, up to ${jitterMs} ms later`}
  </>
)

/** Shows the buttons that the reader may press. Each has the name of the schedule, for those who cannot see the row. */
function Buttons({ context, of: { id, name, enabled, managedBy } }: { context: ApiContext; of: ScheduleHead }) {
  const path = pathOfSchedule(id)
  const mayChange = mayUse(context, 'schedules:write') && managedBy === null
  const its = <span class="visually-hidden"> {name}</span>
  return (
    <div class="buttons">
      {mayUse(context, 'jobs:write') ? (
        <form method="post" action={`${path}/run`}>
          <button type="submit">Run now{its}</button>
        </form>
      ) : null}
      {mayChange ? (
        <>
          <form method="post" action={`${path}/state`}>
            <input type="hidden" name="enabled" value={String(!enabled)} />
            <button type="submit">
              {enabled ? 'Pause' : 'Resume'}
              {its}
            </button>
          </form>
          <a class="button" href={`${path}/edit`}>
            Change{its}
          </a>
          <a class="button" href={`${path}/delete`}>
            Delete{its}
          </a>
        </>
      ) : null}
    </div>
  )
}

type NotDone = { refusal: Refusal; error: Error }

/** Shows a refusal on the page of the schedule, or alone to a reader who may act on schedules but not see them. */
const shownOr =
  (show: (context: ApiContext, refusal: Refusal) => Promise<Response>) =>
  (context: ApiContext, { refusal, error }: NotDone): Promise<Response> => {
    if (!mayUse(context, 'schedules:read')) {
      throw error
    }
    return show(context, refusal)
  }
const answerOneOr = shownOr((context, refusal) => answerOne(context, refusal))
const answerDeletionOr = shownOr((context, refusal) => answerDeletion(context, refusal))

async function answerOne(context: ApiContext, refusal: Refusal | null): Promise<Response> {
  const id = idOf(context)
  const schedule = await ask(context).getSchedule(id)
  const cursor = context.req.query('cursor') || undefined
  const runs = mayUse(context, 'jobs:read') ? await ask(context).listScheduleJobs(id, { limit: 25, cursor }) : null
  const work = schedule.job ?? schedule.batch
  const service = servicePath(schedule)
  const keeper = keeperOf(schedule, work?.labels)
  return answerPage(
    context,
    { title: schedule.name, ...look, status: refusal?.status ?? 200 },
    <>
      <Refused of={refusal} />
      <p class="quiet">
        <a href="/schedules">Schedules</a>
      </p>
      <div class="heading">
        <h1>{schedule.name}</h1>
        <Buttons context={context} of={schedule} />
      </div>
      <Keeper of={schedule} keeper={keeper} />
      <dl class="facts">
        <dt>State</dt>
        <dd>
          <Standing of={schedule} nowMs={context.get('deps').clock.now()} />
        </dd>
        <dt>When</dt>
        <dd>
          <When of={schedule} />
        </dd>
        <dt>Next runs</dt>
        <dd>
          <NextRuns of={schedule} />
        </dd>
        <dt>Last run</dt>
        <dd>
          <LastRun of={schedule} />
        </dd>
        <dt>Last verdict</dt>
        <dd>
          <LastVerdict of={schedule} />
        </dd>
        <dt>Runs not made</dt>
        <dd>
          <NotMade of={schedule} />
        </dd>
        <dt>Overlap</dt>
        <dd>
          {schedule.overlap === 'skip'
            ? 'A run is left out while the one before has not ended'
            : 'One run waits while the one before has not ended'}
        </dd>
        <dt>Target</dt>
        <dd>{service === null ? targetInWords(schedule) : <a href={service}>{targetInWords(schedule)}</a>}</dd>
        <dt>Objects</dt>
        <dd>
          {work?.objects ? `Of its manifests: ${countsInWords(work.objects)}` : 'Read from the cluster at each run'}
        </dd>
        <dt>Changed</dt>
        <dd>
          <Time at={schedule.updatedAt} />, made <Time at={schedule.createdAt} />
        </dd>
      </dl>
      <Asked of={schedule} />
      {runs === null ? null : <Runs runs={runs} path={pathOfSchedule(id)} isFirst={cursor === undefined} />}
    </>,
  )
}

/** Asked once more, on a page, as what is deleted does not come back. */
async function answerDeletion(context: ApiContext, refusal: Refusal | null): Promise<Response> {
  const id = idOf(context)
  const { data, response } = await ask(context).withResponse.getSchedule(id)
  return answerPage(
    context,
    { title: `Delete ${data.name}?`, ...look, status: refusal?.status ?? 200 },
    <>
      <Refused of={refusal} />
      <h1>Delete {data.name}?</h1>
      <p>
        The schedule goes with the secrets of its checks. Its jobs stay, and so does what they have added to history;
        what runs goes on.
      </p>
      {data.managedBy === null ? (
        <Sure
          does="Delete"
          action={`${pathOfSchedule(id)}/delete`}
          keep={pathOfSchedule(id)}
          hidden={{ etag: response.headers.get('etag') ?? '' }}
        />
      ) : (
        <Keeper of={data} keeper="discovery" />
      )}
    </>,
  )
}
