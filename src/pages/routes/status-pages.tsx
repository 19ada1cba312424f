/** `/status-pages`: what others are told, for who decides that. */
import type { Api, ApiContext } from '../../api/route.ts'
import type { StatusPage } from '../../client/schema.ts'
import { ask } from '../ask.ts'
import { answerPage, form, page } from '../page.tsx'
import { Refused } from '../parts/field.tsx'
import { orRefusal, type Refusal, readForm } from '../parts/form.ts'
import { Pager } from '../parts/pager.tsx'
import { Sure } from '../parts/sure.tsx'
import { Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { askedOf, hrefWith } from '../query.ts'
import {
  bodyOf,
  EMPTY_STATUS_PAGE,
  StatusPageForm,
  type StatusPageValues,
  valuesOf,
  valuesOfForm,
} from '../status-pages/form.tsx'
import { Back, Buttons, etagOf, idOf, look, pathOfStatusPage, whoMayLook } from '../status-pages/shared.tsx'
import { mountAnnouncementPages } from './announcements.tsx'

const scope = 'admin' as const
export function mountStatusPagesPages(app: Api): void {
  page(app, { path: '/status-pages', scope, api: '/v1/status-pages' }, answerList)
  page(app, { path: '/status-pages/new', scope }, (context) => answerNew(context, EMPTY_STATUS_PAGE, null))
  form(app, { path: '/status-pages/new', scope }, async (context) => {
    const sent = await readForm(context)
    const values = valuesOfForm(sent)
    const idempotencyKey = sent.text('key') || crypto.randomUUID()
    const tried = await orRefusal(() => ask(context).createStatusPage(bodyOf(values) as never, { idempotencyKey }))
    if ('refusal' in tried) {
      const isUsed = tried.refusal.code === 'idempotency_key_reused'
      return answerNew(context, values, tried.refusal, isUsed ? crypto.randomUUID() : idempotencyKey)
    }
    return context.redirect(pathOfStatusPage(tried.done.id), 303)
  })
  page(app, { path: '/status-pages/:id/edit', scope }, async (context) => {
    const { data, response } = await ask(context).withResponse.getStatusPage(idOf(context))
    return answerEdit(context, data, { values: valuesOf(data), etag: etagOf(response), refusal: null })
  })
  form(app, { path: '/status-pages/:id/edit', scope }, async (context) => {
    const sent = await readForm(context)
    const [values, ifMatch] = [valuesOfForm(sent), sent.text('etag')]
    const tried = await orRefusal(() =>
      ask(context).changeStatusPage(idOf(context), bodyOf(values) as never, { ifMatch }),
    )
    if ('done' in tried) {
      return context.redirect(pathOfStatusPage(tried.done.id), 303)
    }
    const { data, response } = await ask(context).withResponse.getStatusPage(idOf(context))
    const { refusal } = tried
    const hasChanged = refusal.code === 'precondition_failed'
    return answerEdit(context, data, { values, etag: hasChanged ? etagOf(response) : ifMatch, refusal })
  })
  page(app, { path: '/status-pages/:id/delete', scope }, (context) => answerQuestion(context, null))
  form(app, { path: '/status-pages/:id/delete', scope }, async (context) => {
    const tried = await orRefusal(() => ask(context).deleteStatusPage(idOf(context)))
    return 'refusal' in tried ? answerQuestion(context, tried.refusal) : context.redirect('/status-pages', 303)
  })
  mountAnnouncementPages(app)
}

async function answerList(context: ApiContext): Promise<Response> {
  const asked = askedOf(context, [])
  const { items, nextCursor } = await ask(context).listStatusPages(asked)
  return answerPage(
    context,
    { title: 'Status pages', ...look },
    <>
      <div class="heading">
        <h1>Status pages</h1>
        <a class="button main" href="/status-pages/new">
          New status page
        </a>
      </div>
      {items.length === 0 ? (
        <p>
          There is none. A status page tells others how some Services are, by names of their own.{' '}
          <a href="/docs/guides/status-pages">Status pages</a>
        </p>
      ) : (
        <Table
          caption="Status pages"
          isCaptionHidden
          columns={['Title', 'Address', 'Who may look', 'Services', 'Changed', 'Actions'].map((head) => ({ head }))}
          rows={items.map((each) => ({
            cells: [
              <a href={pathOfStatusPage(each.id)}>{each.title}</a>,
              <a href={each.path}>{each.path}</a>,
              whoMayLook(each),
              String(each.services.length),
              <Time at={each.updatedAt} />,
              <Buttons of={each} />,
            ],
          }))}
        />
      )}
      <Pager
        first={asked.cursor === undefined ? null : '/status-pages'}
        next={nextCursor === null ? null : hrefWith('/status-pages', asked, { cursor: nextCursor })}
      />
    </>,
  )
}

function answerNew(
  context: ApiContext,
  values: StatusPageValues,
  refusal: Refusal | null,
  key: string = crypto.randomUUID(),
): Promise<Response> {
  return answerPage(
    context,
    { title: 'New status page', ...look, status: refusal?.status ?? 200 },
    <>
      <Back />
      <h1>New status page</h1>
      <StatusPageForm {...{ values, refusal, action: '/status-pages/new', hidden: { key }, submit: 'Make the page' }} />
    </>,
  )
}

type Edit = { values: StatusPageValues; etag: string; refusal: Refusal | null }

function answerEdit(context: ApiContext, of: StatusPage, { values, etag, refusal }: Edit): Promise<Response> {
  const path = pathOfStatusPage(of.id)
  const hasChanged = refusal?.code === 'precondition_failed'
  return answerPage(
    context,
    { title: `Change ${of.title}`, ...look, status: refusal?.status ?? 200 },
    <>
      <Back of={of} />
      <h1>Change {of.title}</h1>
      {hasChanged ? (
        <section class="errors" aria-labelledby="changed" role="alert">
          <h2 id="changed">Somebody else has changed it meanwhile</h2>
          <p>
            Nothing of yours is saved yet. Save once more, and it becomes as you typed it; or{' '}
            <a href={`${path}/edit`}>begin again with what it is now</a>.
          </p>
        </section>
      ) : null}
      <StatusPageForm
        {...{ values, refusal: hasChanged ? null : refusal, action: `${path}/edit`, hidden: { etag }, submit: 'Save' }}
      />
    </>,
  )
}

async function answerQuestion(context: ApiContext, refusal: Refusal | null): Promise<Response> {
  const of = await ask(context).getStatusPage(idOf(context))
  const path = pathOfStatusPage(of.id)
  return answerPage(
    context,
    { title: `Delete ${of.title}?`, ...look, status: refusal?.status ?? 200 },
    <>
      <Refused of={refusal} />
      <h1>Delete {of.title}?</h1>
      <p>
        Nobody sees {of.path} any more, nor its feeds and badge, and what was announced on it goes. The Services and
        their history stay.
      </p>
      <Sure does="Delete" action={`${path}/delete`} keep={path} />
    </>,
  )
}
