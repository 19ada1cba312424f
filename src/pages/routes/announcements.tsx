/** `/status-pages/{id}`: one status page, and what is announced on it. */
import type { Api, ApiContext } from '../../api/route.ts'
import { ask } from '../ask.ts'
import { answerPage, form, page } from '../page.tsx'
import { Refused } from '../parts/field.tsx'
import { orRefusal, type Refusal, readForm } from '../parts/form.ts'
import { Pager } from '../parts/pager.tsx'
import { Sure } from '../parts/sure.tsx'
import { Table } from '../parts/table.tsx'
import { hrefWith } from '../query.ts'
import {
  AnnouncementForm,
  type AnnouncementValues,
  AnnouncementView,
  announcementOf,
  EMPTY_ANNOUNCEMENT,
  UpdateForm,
  Updates,
} from '../status-pages/announcements.tsx'
import { Back, Buttons, etagOf, idOf, look, pathOfStatusPage, whoMayLook } from '../status-pages/shared.tsx'

const scope = 'admin' as const
const announcementId = (context: ApiContext): string => context.req.param('announcement') ?? ''

export function mountAnnouncementPages(app: Api): void {
  page(app, { path: '/status-pages/:id', scope, api: '/v1/status-pages/{id}' }, (context) =>
    answerOne(context, EMPTY_ANNOUNCEMENT, null),
  )
  form(app, { path: '/status-pages/:id/announcements', scope }, async (context) => {
    const sent = await readForm(context)
    const values = announcementOf(sent)
    const idempotencyKey = sent.text('key') || crypto.randomUUID()
    const tried = await orRefusal(() =>
      ask(context).createAnnouncement(idOf(context), values as never, { idempotencyKey }),
    )
    if ('refusal' in tried) {
      const isUsed = tried.refusal.code === 'idempotency_key_reused'
      return answerOne(context, values, tried.refusal, isUsed ? crypto.randomUUID() : idempotencyKey)
    }
    return context.redirect(`${pathOfStatusPage(idOf(context))}#${tried.done.id}`, 303)
  })
  const one = '/status-pages/:id/announcements/:announcement'
  page(app, { path: one, scope }, (context) => answerUpdate(context, null, null))
  form(app, { path: one, scope }, async (context) => {
    const sent = await readForm(context)
    const { state, body } = announcementOf(sent)
    const told = { state, body } as never
    const ifMatch = sent.text('etag')
    const tried = await orRefusal(() =>
      ask(context).changeAnnouncement(idOf(context), announcementId(context), told, { ifMatch }),
    )
    return 'refusal' in tried
      ? answerUpdate(context, { state, body }, tried.refusal)
      : context.redirect(`${pathOfStatusPage(idOf(context))}#${announcementId(context)}`, 303)
  })
  page(app, { path: `${one}/delete`, scope }, (context) => answerQuestion(context, null))
  form(app, { path: `${one}/delete`, scope }, async (context) => {
    const tried = await orRefusal(() => ask(context).deleteAnnouncement(idOf(context), announcementId(context)))
    return 'refusal' in tried
      ? answerQuestion(context, tried.refusal)
      : context.redirect(pathOfStatusPage(idOf(context)), 303)
  })
}

async function answerOne(
  context: ApiContext,
  values: AnnouncementValues,
  refusal: Refusal | null,
  idempotencyKey: string = crypto.randomUUID(),
): Promise<Response> {
  const cursor = context.req.query('cursor') || undefined
  const of = await ask(context).getStatusPage(idOf(context))
  const { items, nextCursor } = await ask(context).listAnnouncements(of.id, { cursor })
  const path = pathOfStatusPage(of.id)
  return answerPage(
    context,
    { title: of.title, ...look, status: refusal?.status ?? 200 },
    <>
      <Back />
      <div class="heading">
        <h1>{of.title}</h1>
        <Buttons of={of} />
      </div>
      {of.description === null ? null : <p>{of.description}</p>}
      <dl class="facts">
        <dt>Address</dt>
        <dd>
          <a href={of.path}>{of.path}</a>
        </dd>
        <dt>Who may look</dt>
        <dd>{whoMayLook(of)}</dd>
      </dl>
      <Table
        caption="Services"
        columns={[{ head: 'Called to others' }, { head: 'Service' }]}
        rows={of.services.map(({ cluster, namespace, name, title }) => ({
          cells: [
            title,
            <a href={`/services/${[cluster, namespace, name].map(encodeURIComponent).join('/')}`}>
              {namespace}/{name} in {cluster}
            </a>,
          ],
        }))}
      />
      <section aria-labelledby="announced">
        <h2 id="announced">Announcements</h2>
        {items.length === 0 ? <p>There is none. What is measured is told without them.</p> : null}
        {items.map((each) => (
          <AnnouncementView page={of} of={each} />
        ))}
        <Pager
          first={cursor === undefined ? null : path}
          next={nextCursor === null ? null : hrefWith(path, {}, { cursor: nextCursor })}
        />
      </section>
      <section aria-labelledby="announce">
        <h2 id="announce">Announce an incident</h2>
        <AnnouncementForm {...{ page: of, values, refusal, idempotencyKey }} />
      </section>
    </>,
  )
}

async function answerUpdate(
  context: ApiContext,
  typed: Pick<AnnouncementValues, 'state' | 'body'> | null,
  refusal: Refusal | null,
): Promise<Response> {
  const of = await ask(context).getStatusPage(idOf(context))
  const { data, response } = await ask(context).withResponse.getAnnouncement(of.id, announcementId(context))
  return answerPage(
    context,
    { title: data.title, ...look, status: refusal?.status ?? 200 },
    <>
      <Back of={of} />
      <h1>{data.title}</h1>
      <Updates of={data} />
      <h2>Tell how it went on</h2>
      <UpdateForm
        path={`${pathOfStatusPage(of.id)}/announcements/${data.id}`}
        values={typed ?? { state: data.state, body: '' }}
        refusal={refusal}
        etag={etagOf(response)}
      />
    </>,
  )
}

async function answerQuestion(context: ApiContext, refusal: Refusal | null): Promise<Response> {
  const of = await ask(context).getStatusPage(idOf(context))
  const { title, id } = await ask(context).getAnnouncement(of.id, announcementId(context))
  const path = pathOfStatusPage(of.id)
  return answerPage(
    context,
    { title: `Delete ${title}?`, ...look, status: refusal?.status ?? 200 },
    <>
      <Refused of={refusal} />
      <Back of={of} />
      <h1>Delete {title}?</h1>
      <p>The page and its feeds show it no more. To tell that it is over, tell how it went on instead.</p>
      <Sure does="Delete" action={`${path}/announcements/${id}/delete`} keep={path} />
    </>,
  )
}
