import type { PropsWithChildren } from 'hono/jsx'
import type { Principal, Scope } from '../record/principal.ts'
import type { Addresses } from './assets.ts'

/** The entries of the navigation, in their order, with what one needs to see them. */
const NAV = [
  { id: 'services', href: '/', text: 'Services', scope: 'reports:read' },
  { id: 'incidents', href: '/incidents', text: 'Incidents', scope: 'reports:read' },
  { id: 'jobs', href: '/jobs', text: 'Jobs', scope: 'jobs:read' },
  { id: 'schedules', href: '/schedules', text: 'Schedules', scope: 'schedules:read' },
  { id: 'clusters', href: '/clusters', text: 'Clusters', scope: 'plan' },
  { id: 'report', href: '/report', text: 'Report', scope: 'reports:read' },
  { id: 'try', href: '/try', text: 'Try', scope: 'plan' },
  { id: 'status-pages', href: '/status-pages', text: 'Status pages', scope: 'admin' },
  { id: 'tokens', href: '/tokens', text: 'Tokens', scope: 'tokens:write' },
  { id: 'audit', href: '/audit', text: 'Audit log', scope: 'audit:read' },
  { id: 'docs', href: '/docs', text: 'Docs', scope: null },
] as const satisfies readonly { id: string; href: string; text: string; scope: Scope | null }[]

export type NavItem = (typeof NAV)[number]['id']

type ShellProps = PropsWithChildren<{
  title: string
  nav: NavItem | null
  addresses: Addresses
  version: string
  /** The address of this page, to come back to after a login. */
  at: string
  looker: Principal | null
  hasSession: boolean
  may(scope: Scope): boolean
}>

/** The document around every page. */
export function Shell({ title, nav, addresses, version, at, looker, hasSession, may, children }: ShellProps) {
  const entries = NAV.filter(({ scope }) => scope === null || may(scope))
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} - Portolan`}</title>
        <link rel="icon" href={addresses['icon.svg']} type="image/svg+xml" />
        {Object.entries(addresses)
          .filter(([name]) => name.endsWith('.css'))
          .map(([name, href]) => (
            <link rel="stylesheet" href={href} media={name === 'print.css' ? 'print' : undefined} />
          ))}
        {Object.entries(addresses)
          .filter(([name]) => name.endsWith('.js'))
          .map(([, src]) => (
            <script type="module" src={src} />
          ))}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="site">
          <a class="brand" href="/">
            Portolan
          </a>
          <nav aria-label="Pages">
            <ul>
              {entries.map(({ id, href, text }) => (
                <li>
                  <a href={href} aria-current={id === nav ? 'page' : undefined}>
                    {text}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <Who at={at} looker={looker} hasSession={hasSession} />
        </header>
        <main id="main" tabindex={-1}>
          {children}
        </main>
        <footer class="site">
          <p>
            Portolan {version} · <a href="/docs">Docs</a> · <a href="/docs/api">API</a>
          </p>
        </footer>
      </body>
    </html>
  )
}

function Who({ at, looker, hasSession }: Pick<ShellProps, 'at' | 'looker' | 'hasSession'>) {
  if (hasSession) {
    return (
      <form class="who" method="post" action="/logout">
        <span>{looker?.name ?? looker?.id}</span> <button type="submit">Log out</button>
      </form>
    )
  }
  return looker === null ? (
    <p class="who">
      <a href={`/login?next=${encodeURIComponent(at)}`}>Log in</a>
    </p>
  ) : null
}
