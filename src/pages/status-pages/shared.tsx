import type { ApiContext } from '../../api/route.ts'
import type { StatusPage } from '../../client/schema.ts'

export const look = { nav: 'status-pages', styles: ['admin.css'] } as const
export const idOf = (context: ApiContext): string => context.req.param('id') ?? ''
export const pathOfStatusPage = (id: string): string => `/status-pages/${encodeURIComponent(id)}`

export const etagOf = (response: Response): string => response.headers.get('etag') ?? ''

export const whoMayLook = (of: StatusPage): string =>
  of.public ? `Anybody${of.indexed ? ', by search engines too' : ''}` : 'Who is known to this server'

export function Buttons({ of: { id, title } }: { of: StatusPage }) {
  const path = pathOfStatusPage(id)
  const its = <span class="visually-hidden"> {title}</span>
  return (
    <div class="buttons">
      <a class="button" href={`${path}/edit`}>
        Change{its}
      </a>
      <a class="button" href={`${path}/delete`}>
        Delete{its}
      </a>
    </div>
  )
}

/** The way back. @param of left out: to the list alone. */
export function Back({ of }: { of?: StatusPage }) {
  return (
    <p class="quiet">
      <a href="/status-pages">Status pages</a>
      {of === undefined ? null : (
        <>
          {' / '}
          <a href={pathOfStatusPage(of.id)}>{of.title}</a>
        </>
      )}
    </p>
  )
}
