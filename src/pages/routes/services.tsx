import type { Api, ApiContext } from '../../api/route.ts'
import { ask } from '../ask.ts'
import { answerPage, mayUse, page } from '../page.tsx'
import { Pager } from '../parts/pager.tsx'
import { type Asked, answeredOr, askedOf, hrefWith } from '../query.ts'
import { Filters, NAMES, Totals } from '../services/filters.tsx'
import { First } from '../services/first.tsx'
import { Wall } from '../services/wall.tsx'

/** As many as a page has, and the days of each; figures are over the same days. */
const PAGE = { limit: 50, days: 90, window: '90d', totals: 'true' } as const

/** `/`: every Service, problems first. */
export function mountServicesPage(app: Api): void {
  page(
    app,
    { path: '/', scope: 'reports:read', api: '/v1/services', isOpenOtherwise: true, otherwise: help },
    async (context) => {
      const asked = askedOf(context, NAMES)
      const found = await answeredOr(ask(context).listServices({ sort: 'problems', ...asked, ...PAGE }))
      const isRefused = 'refused' in found
      return answerPage(
        context,
        {
          title: isRefused ? 'Services' : titleOf(found.data.totals),
          nav: 'services',
          styles: ['services.css'],
          status: isRefused ? found.refused.status : 200,
        },
        <>
          <h1>Services</h1>
          {isRefused ? (
            <Filters of={{ asked, refused: found.refused }} />
          ) : (
            <Found {...{ context, asked }} {...found.data} />
          )}
        </>,
      )
    },
  )
}

type FoundProps = { context: ApiContext; asked: Asked } & Awaited<ReturnType<ReturnType<typeof ask>['listServices']>>

const NONE = { fail: 0, unknown: 0, pass: 0 }

function Found({ context, asked, items, nextCursor, totals = NONE }: FoundProps) {
  if (items.length === 0 && Object.keys(asked).length === 0) {
    return (
      <First
        at={addressOf(context)}
        needsToken={context.get('deps').settings.auth.required}
        mayAsk={mayUse(context, 'jobs:write')}
        mayPlan={mayUse(context, 'plan')}
      />
    )
  }
  return (
    <>
      <Totals asked={asked} totals={totals} />
      <Filters of={{ asked, refused: null }} />
      {items.length === 0 ? (
        <p>
          No Service matches. <a href="/">All Services</a>
        </p>
      ) : (
        <Wall items={items} nowMs={context.get('deps').clock.now()} />
      )}
      <Pager
        first={asked.cursor === undefined ? null : hrefWith('/', asked, { cursor: null })}
        next={nextCursor === null ? null : hrefWith('/', asked, { cursor: nextCursor })}
      />
    </>
  )
}

const titleOf = (totals = NONE): string => (totals.fail === 0 ? 'Services' : `${totals.fail} failing, Services`)

/** The address of this server, as whoever asks has reached it. */
const addressOf = (context: ApiContext): string =>
  context.get('deps').settings.publicUrl ?? new URL(context.req.url).origin

/** For curl, and whoever else takes anything. */
const help = (context: ApiContext): Response =>
  context.text(
    [
      'Portolan tells whether a Kubernetes Service can be reached on every path on which it should be, and what is broken.',
      `Ask:  curl -X POST '${addressOf(context)}/v1/jobs?service=NAME&namespace=NAMESPACE&wait=60&format=text'`,
      `Read: ${addressOf(context)}/docs, for programs ${addressOf(context)}/openapi.json`,
      '',
    ].join('\n'),
  )
