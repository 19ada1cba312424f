/** `/status/{slug}`: what is told to others. It is what the API tells under the same address, as a page. */
import type { Api, ApiContext } from '../../api/route.ts'
import { type ShownStatus, shownStatus, statusFields } from '../../api/status.ts'
import { boundedCache } from '../../lib/bounded-cache.ts'
import { sha256Hex } from '../../lib/hash.ts'
import { STATUS_PAGES_MAX } from '../../record/status-page.ts'
import { addressesOf } from '../assets.ts'
import { POLICY, page } from '../page.tsx'
import { PublicPage } from '../status/public-page.tsx'
import { unhidden } from '../unhidden.ts'

/** Rendering hundreds of Services takes longer than all the rest, and everybody is shown the same. */
const rendered = boundedCache<{ html: string; tag: string }>(4 * STATUS_PAGES_MAX)

export function mountStatusPage(app: Api): void {
  page(
    app,
    {
      path: '/status/:slug',
      scope: 'open',
      async otherwise(_context, next) {
        await next()
        return undefined
      },
    },
    async (context) => {
      // Not by the client, as other pages ask: this is looked at a thousand times a second
      const shown = await shownStatus(context, context.req.param('slug') ?? '')
      const { html, tag } = await render(context, shown)
      const headers = {
        ...statusFields(shown.page),
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': POLICY,
        'referrer-policy': 'same-origin',
        vary: 'Accept',
      }
      if (!shown.page.public) {
        return new Response(html, { headers })
      }
      const etag = `W/"${tag}"`
      const isKnown = context.req.header('if-none-match')?.includes(`"${tag}"`) === true
      return new Response(isKnown ? null : html, { status: isKnown ? 304 : 200, headers: { ...headers, etag } })
    },
  )
}

async function render(context: ApiContext, { page: { slug, indexed, public: isPublic }, status }: ShownStatus) {
  const addresses = await addressesOf(context.get('deps').asset, ['status.css'])
  const isListed = isPublic && indexed
  const key = JSON.stringify([status.tag, slug, isListed, addresses['status.css'], addresses['site.css']])
  const known = rendered.get(key)
  if (known !== undefined) {
    return known
  }
  const document = <PublicPage {...{ status: status.document, slug, isListed, addresses }} />
  const html = `<!doctype html>\n${unhidden(await document.toString())}`
  const made = { html, tag: sha256Hex(html).slice(0, 32) }
  rendered.set(key, made)
  return made
}
