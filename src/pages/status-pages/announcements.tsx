import type { Announcement, StatusPage } from '../../client/schema.ts'
import { ANNOUNCEMENT_STATES, type AnnouncementState } from '../../record/status-page.ts'
import { STATE_WORDS } from '../../report/status/words.ts'
import { Choices } from '../parts/choice.tsx'
import { errorsOf, Field, Refused } from '../parts/field.tsx'
import type { Form, Refusal } from '../parts/form.ts'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'

/** Values of the form of an announcement, or of an update. */
export type AnnouncementValues = { title: string; state: string; body: string; services: readonly string[] }

export const EMPTY_ANNOUNCEMENT: AnnouncementValues = { title: '', state: 'investigating', body: '', services: [] }

export const announcementOf = (sent: Form): AnnouncementValues => ({
  ...{ title: sent.text('title'), state: sent.text('state'), body: sent.text('body'), services: sent.all('services') },
})

const FIELDS = ['title', 'state', 'body', 'services'].map((name) => ({ name, pointers: [`/${name}`] }))

const states = (chosen: string) =>
  ANNOUNCEMENT_STATES.map((value) => ({ value, text: STATE_WORDS[value], isChosen: value === chosen }))

export function AnnouncementForm({
  page,
  values,
  refusal,
  idempotencyKey,
}: {
  page: StatusPage
  values: AnnouncementValues
  refusal: Refusal | null
  idempotencyKey: string
}) {
  const errors = refusal?.errors ?? []
  const options = page.services.map(({ title }) => ({
    ...{ value: title, text: title, isChosen: values.services.includes(title) },
  }))
  return (
    <form method="post" action={`/status-pages/${page.id}/announcements`}>
      <Refused of={refusal} errors={errors} fields={FIELDS} />
      <input type="hidden" name="key" value={idempotencyKey} />
      <Field name="title" label="Title" value={values.title} errors={errors} isRequired />
      <Field
        name="body"
        label="What others are told"
        hint="Shown as it is: neither HTML nor Markdown."
        value={values.body}
        errors={errors}
        rows={4}
      />
      <Choices name="state" legend="State" options={states(values.state)} errors={errorsOf(errors, ['/state'])} isOne />
      <Choices name="services" legend="Services" options={options} errors={errorsOf(errors, ['/services'])} />
      <p>
        <button type="submit" class="main">
          Announce
        </button>
      </p>
    </form>
  )
}

const GLYPHS = {
  investigating: 'fail',
  identified: 'error',
  monitoring: 'running',
  resolved: 'pass',
} as const satisfies Record<AnnouncementState, string>

/** What was told of it, the last first. */
export const Updates = ({ of: { updates } }: { of: Announcement }) => (
  <ol class="times">
    {updates.toReversed().map(({ at, state, body }) => (
      <li>
        <strong>{STATE_WORDS[state]}</strong> <Time at={at} />
        {body === '' ? '' : `: ${body}`}
      </li>
    ))}
  </ol>
)

export function AnnouncementView({ page, of }: { page: StatusPage; of: Announcement }) {
  const path = `/status-pages/${page.id}/announcements/${of.id}`
  return (
    <article class="announcement" id={of.id}>
      <h3>
        {of.title} <State of={GLYPHS[of.state]} text={STATE_WORDS[of.state]} />
      </h3>
      {of.services.length === 0 ? null : <p class="quiet">{of.services.join(', ')}</p>}
      <Updates of={of} />
      <p class="buttons">
        <a class="button" href={path}>
          Tell how it went on<span class="visually-hidden">: {of.title}</span>
        </a>
        <a class="button" href={`${path}/delete`}>
          Delete<span class="visually-hidden"> {of.title}</span>
        </a>
      </p>
    </article>
  )
}

/** One more update. */
export function UpdateForm({
  path,
  values,
  refusal,
  etag,
}: {
  path: string
  values: Pick<AnnouncementValues, 'state' | 'body'>
  refusal: Refusal | null
  etag: string
}) {
  const errors = refusal?.errors ?? []
  return (
    <form method="post" action={path}>
      <Refused of={refusal} errors={errors} fields={FIELDS} />
      <input type="hidden" name="etag" value={etag} />
      <Choices name="state" legend="State" options={states(values.state)} errors={errorsOf(errors, ['/state'])} isOne />
      <Field
        name="body"
        label="What others are told"
        hint="It stays as it is told, as feeds have it at once: to correct it, tell it again."
        value={values.body}
        errors={errors}
        rows={4}
      />
      <p>
        <button type="submit" class="main">
          Tell it
        </button>
      </p>
    </form>
  )
}
