/**
 * `/try`: what somebody pastes is planned and shown, and kept only where it is run.
 *
 * @module
 */
import type { Api, ApiContext } from '../../api/route.ts'
import { ask } from '../ask.ts'
import { answerPage, form, mayUse, page } from '../page.tsx'
import { ErrorSummary } from '../parts/field.tsx'
import type { Refusal } from '../parts/form.ts'
import { type Asked, askedAbout, markOf, NOTHING, readSent, requestOf, type Sent } from '../try/asked.ts'
import { EXAMPLES } from '../try/examples.ts'
import { Listing } from '../try/listing.tsx'
import { type Look, lookAt, refusalOf } from '../try/look.ts'
import { Planned } from '../try/planned.tsx'
import { Examples, FORM, Question } from '../try/question.tsx'

export function mountTryPage(app: Api): void {
  page(app, { path: '/try', scope: 'plan', api: '/v1/plan' }, async (context) => {
    const id = context.req.query('example') ?? null
    const example = EXAMPLES.find((each) => each.id === id)
    const found = example === undefined ? null : await context.get('deps').asset(example.file)
    const text = found === null ? null : await new Response(found.body).text()
    return show(context, {
      look: text === null ? null : await lookAt(context, askedAbout(text)),
      example: example?.id ?? null,
    })
  })

  form(app, { path: '/try', scope: 'plan' }, (context) =>
    withSent(context, async ({ asked }) => show(context, { look: await lookAt(context, asked) })),
  )

  form(app, { path: '/try/run', scope: 'jobs:write' }, (context) =>
    withSent(context, async ({ asked, planned }) => {
      if (markOf(asked) !== planned) {
        return show(context, { look: await lookAt(context, asked), isChanged: planned !== '' })
      }
      try {
        const { id } = await ask(context).createJob({ ...requestOf(asked), history: false })
        return context.redirect(`/jobs/${id}`, 303)
      } catch (error) {
        const refusal = refusalOf(error)
        return show(context, { look: { ...(await lookAt(context, asked)), refusal } })
      }
    }),
  )
}

/** Reads the form, and shows a refusal to read it on the page as well. */
async function withSent(context: ApiContext, use: (sent: Sent) => Promise<Response>): Promise<Response> {
  let sent: Sent
  try {
    sent = await readSent(context)
  } catch (error) {
    const look = { asked: NOTHING, plan: null, refusal: refusalOf(error), remarks: [], services: [], isLong: false }
    return show(context, { look })
  }
  return use(sent)
}

type Shown = { look: Look | null; example?: string | null; isChanged?: boolean }

async function show(context: ApiContext, { look, example = null, isChanged = false }: Shown): Promise<Response> {
  const { asked, plan, refusal } = look ?? { asked: NOTHING, plan: null, refusal: null }
  const name = plan === null ? '' : `${plan.target.namespace}/${plan.target.service} - `
  const answer = await answerPage(
    context,
    {
      ...{ title: `${name}Try`, nav: 'try', styles: ['findings.css', 'map.css', 'try.css'], scripts: ['try.js'] },
      status: refusal?.status ?? 200,
    },
    <>
      <h1>Try it on manifests</h1>
      {/* What Enter in a field presses: the first of all buttons of the form */}
      <button type="submit" form={FORM} hidden>
        Show the plan
      </button>
      <p>
        See every way to a Service, the object field that each comes from, and what is already broken. Nothing is
        dialled, and nothing that you paste is kept, unless you run it.
      </p>
      {look === null ? <Examples of={example} /> : null}
      {isChanged ? (
        <p role="status">
          <strong>Not run yet:</strong> this differs from the plan before. Look at the new plan, and then run it.
        </p>
      ) : null}
      <TakenOut asked={asked} />
      {look === null || refusal === null ? null : <Refused look={look} refusal={refusal} />}
      {look === null ? null : <Choice look={look} />}
      {look === null || plan === null ? null : (
        <Planned plan={plan} look={look} mayRun={mayUse(context, 'jobs:write') && !asked.isHidden} />
      )}
      {look === null ? null : <h2>{plan === null ? 'Try again' : 'Change it, and look again'}</h2>}
      <Question asked={asked} errors={refusal?.errors ?? []} hasPlan={plan !== null} />
      {look === null ? null : <Examples of={example} />}
    </>,
  )
  // A page with pasted text must not stay in a cache
  if (context.req.method === 'POST') {
    answer.headers.set('cache-control', 'no-store')
    answer.headers.delete('etag')
  }
  return answer
}

function TakenOut({ asked: { taken, isHidden } }: { asked: Asked }) {
  return taken === 0 && !isHidden ? null : (
    <p role="status">
      {taken === 0 ? null : `${taken === 1 ? 'A Secret was' : `${taken} Secrets were`} taken out: no path needs one. `}
      {isHidden
        ? 'The text may still hold a Secret, in a form in which it cannot be taken out. So it is not shown here again, and cannot be run. Paste it without the Secret.'
        : null}
    </p>
  )
}

/** Shows a refusal: errors in the text at their lines, the others at their fields. */
function Refused({ look, refusal }: { look: Look; refusal: Refusal }) {
  const { asked, remarks, isLong } = look
  const hasLines = remarks.some(({ place }) => place !== null) && !asked.isHidden && !isLong
  const inFields = refusal.errors.filter(({ pointer }) => !pointer.startsWith('/target/manifests'))
  return (
    <>
      <ErrorSummary
        detail={`${refusal.detail} (${refusal.code})`}
        errors={hasLines ? inFields : refusal.errors}
        fields={[
          { name: 'service', pointers: ['/target/service'] },
          { name: 'namespace', pointers: ['/target/namespace'] },
          { name: 'vantage', pointers: ['/vantage'] },
          { name: 'manifests', pointers: ['/target/manifests'] },
        ]}
      />
      <p>
        What to do: <a href={`/docs/errors/${refusal.code}`}>{refusal.code}</a>
      </p>
      {hasLines ? <Listing text={asked.text} remarks={remarks} hrefOf={() => null} /> : null}
    </>
  )
}

/** Services that are named. */
const CHOICE = 50

/** Offers each of several Services as a button. */
function Choice({ look: { services, plan } }: { look: Look }) {
  const others = services.filter(
    ({ namespace, service }) => namespace !== plan?.target.namespace || service !== plan.target.service,
  )
  return services.length < 2 ? null : (
    <section aria-labelledby="choice">
      <h2 id="choice">{plan === null ? 'Which Service?' : 'Other Services of these manifests'}</h2>
      <p class="choice">
        {others.slice(0, CHOICE).map(({ namespace, service }) => (
          <button type="submit" form={FORM} name="pick" value={`${namespace}/${service}`}>
            {namespace}/{service}
          </button>
        ))}
        {others.length > CHOICE ? ` and ${others.length - CHOICE} more: name one below.` : null}
      </p>
    </section>
  )
}
