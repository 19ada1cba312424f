/** `/schedules/new` and `/schedules/{id}/edit`: a schedule as a form. */
import type { Api, ApiContext } from '../../api/route.ts'
import type { Schedule } from '../../client/schema.ts'
import type { Body } from '../../client/types.ts'
import { ask } from '../ask.ts'
import { answerPage, form, page } from '../page.tsx'
import { orRefusal, type Refusal, readForm } from '../parts/form.ts'
import { asksTheSame, bodyOf, settingsBody } from '../schedules/body.ts'
import { Versions } from '../schedules/changed.tsx'
import { ScheduleForm } from '../schedules/form.tsx'
import { newValues, type Values, valuesOf, valuesOfForm } from '../schedules/values.ts'

const look = { nav: 'schedules', styles: ['admin.css'] } as const
const scope = 'schedules:write' as const

/** The refusal of a text that is neither JSON nor YAML, which cannot be handed on to the API. */
const NOT_READ = { status: 400, code: 'invalid_request', detail: 'Something in the form cannot be read.' }

export function mountScheduleForms(app: Api): void {
  page(app, { path: '/schedules/new', scope }, (context) =>
    answerNew(
      context,
      newValues((name) => context.req.query(name)),
      null,
    ),
  )
  form(app, { path: '/schedules/new', scope }, async (context) => {
    const sent = await readForm(context)
    const values = valuesOfForm(sent)
    const { body, errors } = bodyOf(values, null)
    if (errors.length > 0) {
      return answerNew(context, values, { ...NOT_READ, errors }, sent.text('key'))
    }
    const idempotencyKey = sent.text('key') || newKey()
    const tried = await orRefusal(() => ask(context).createSchedule(body as Body<'createSchedule'>, { idempotencyKey }))
    if ('refusal' in tried) {
      // Another form was sent with this key, and taken: this one is another schedule
      const isUsed = tried.refusal.code === 'idempotency_key_reused'
      return answerNew(context, values, tried.refusal, isUsed ? newKey() : idempotencyKey)
    }
    return context.redirect(`/schedules/${tried.done.id}`, 303)
  })

  page(app, { path: '/schedules/:id/edit', scope }, async (context) => {
    const { data, response } = await ask(context).withResponse.getSchedule(idOf(context))
    return answerEdit(context, { schedule: data, etag: etagOf(response), values: valuesOf(data), refusal: null })
  })
  form(app, { path: '/schedules/:id/edit', scope }, async (context) => {
    const sent = await readForm(context)
    const values = valuesOfForm(sent)
    const { data: schedule } = await ask(context).withResponse.getSchedule(idOf(context))
    const ifMatch = sent.text('etag')
    const { body, errors } = asksTheSame(values, valuesOf(schedule))
      ? { body: settingsBody(values), errors: [] }
      : bodyOf(values, schedule)
    const tried =
      errors.length > 0
        ? { refusal: { ...NOT_READ, errors } }
        : await orRefusal(() => ask(context).changeSchedule(schedule.id, body as Body<'changeSchedule'>, { ifMatch }))
    if ('done' in tried) {
      return context.redirect(`/schedules/${schedule.id}`, 303)
    }
    const { refusal } = tried
    if (refusal.code !== 'precondition_failed') {
      return answerEdit(context, { schedule, etag: ifMatch, values, refusal })
    }
    const { data, response } = await ask(context).withResponse.getSchedule(schedule.id)
    return answerEdit(context, { schedule: data, etag: etagOf(response), values, refusal, now: valuesOf(data) })
  })
}

const idOf = (context: ApiContext): string => context.req.param('id') ?? ''
const etagOf = (response: Response): string => response.headers.get('etag') ?? ''
const newKey = (): string => crypto.randomUUID()

function answerNew(context: ApiContext, values: Values, refusal: Refusal | null, key = newKey()): Promise<Response> {
  return answerPage(
    context,
    { title: 'New schedule', ...look, status: refusal?.status ?? 200 },
    <>
      <p class="quiet">
        <a href="/schedules">Schedules</a>
      </p>
      <h1>New schedule</h1>
      <ScheduleForm
        {...{ values, refusal, action: '/schedules/new', hidden: { key }, objects: null, submit: 'Make the schedule' }}
      />
    </>,
  )
}

type Edit = { schedule: Schedule; etag: string; values: Values; refusal: Refusal | null; now?: Values }

function answerEdit(context: ApiContext, { schedule, etag, values, refusal, now }: Edit): Promise<Response> {
  const path = `/schedules/${schedule.id}`
  return answerPage(
    context,
    { title: `Change ${schedule.name}`, ...look, status: refusal?.status ?? 200 },
    <>
      <p class="quiet">
        <a href="/schedules">Schedules</a> / <a href={path}>{schedule.name}</a>
      </p>
      <h1>Change {schedule.name}</h1>
      {schedule.managedBy === null ? null : <p class="note">Discovery keeps this schedule: a change is refused.</p>}
      {now === undefined ? null : (
        <section class="errors" aria-labelledby="changed" role="alert">
          <h2 id="changed">Somebody else has changed it meanwhile</h2>
          <p>
            Nothing of yours is saved yet. Save once more, and it becomes as you typed it; or{' '}
            <a href={`${path}/edit`}>begin again with what it is now</a>.
          </p>
          <Versions now={now} yours={values} />
        </section>
      )}
      <ScheduleForm
        {...{ values, refusal: now === undefined ? refusal : null, action: `${path}/edit`, hidden: { etag } }}
        objects={(schedule.job ?? schedule.batch)?.objects ?? null}
        submit="Save"
      />
    </>,
  )
}
