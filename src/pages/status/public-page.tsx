import type { PublicIncident, PublicServiceDocument, PublicStatusDocument } from '../../report/status/document.ts'
import { STATE_WORDS } from '../../report/status/words.ts'
import type { Addresses } from '../assets.ts'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { Bars, DaysInWords } from './bars.tsx'
import { LOOKS, percent } from './words.ts'

type PublicPageProps = {
  status: PublicStatusDocument
  slug: string
  isListed: boolean
  addresses: Addresses
}

/** A whole document, with nothing of this server around it: who looks knows none of it. */
export function PublicPage({ status, slug, isListed, addresses }: PublicPageProps) {
  const { title, description, state, summary, services, days, incidents } = status
  const here = `/status/${slug}`
  const now = incidents.filter(({ endedAt }) => endedAt === null)
  const past = incidents.filter(({ endedAt }) => endedAt !== null)
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title}: ${STATE_WORDS[state].toLowerCase()}`}</title>
        <meta name="description" content={description ?? `${summary}.`} />
        {isListed ? null : <meta name="robots" content="noindex" />}
        <meta property="og:type" content="website" />
        <meta property="og:title" content={title} />
        <meta property="og:description" content={`${summary}.`} />
        <link rel="icon" href={addresses['icon.svg']} type="image/svg+xml" />
        <link rel="stylesheet" href={addresses['site.css']} />
        <link rel="stylesheet" href={addresses['status.css']} />
        <link rel="stylesheet" href={addresses['print.css']} media="print" />
        <link rel="alternate" type="application/atom+xml" title={`Incidents of ${title}`} href={`${here}/feed.atom`} />
        <link rel="alternate" type="application/rss+xml" title={`Incidents of ${title}`} href={`${here}/feed.rss`} />
        <script type="module" src={addresses['site.js']} />
      </head>
      <body class="status">
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <main id="main" tabindex={-1}>
          <h1>{title}</h1>
          {description === null ? null : <p class="lines">{description}</p>}
          <p class={`overall ${LOOKS[state]}`}>
            <State of={LOOKS[state]} text={STATE_WORDS[state]} /> {summary}.
          </p>
          {now.length === 0 ? null : (
            <section aria-labelledby="now">
              <h2 id="now">Now</h2>
              {now.map((incident) => (
                <Incident of={incident} />
              ))}
            </section>
          )}
          <section aria-labelledby="services">
            <h2 id="services">Services</h2>
            <p class="quiet">
              Days from {days.from} to {days.to}, the newest at the right. A lower bar is a worse day.
            </p>
            {services.map((service) => (
              <Service of={service} from={days.from} />
            ))}
          </section>
          <section aria-labelledby="past">
            <h2 id="past">Past incidents</h2>
            {past.length === 0 ? <p>There was none in these days.</p> : <ByDay incidents={past} />}
            {status.incidentsLeftOut ? <p class="quiet">Earlier ones are left out.</p> : null}
          </section>
        </main>
        <footer class="site">
          <p>
            Follow: <a href={`${here}/feed.atom`}>Atom</a> <a href={`${here}/feed.rss`}>RSS</a>{' '}
            <a href={`${here}/badge.svg`}>Badge</a>
          </p>
          <p class="quiet">A day is one of UTC.</p>
        </footer>
      </body>
    </html>
  )
}

function Service({ of, from }: { of: PublicServiceDocument; from: string }) {
  const { title, state, sinceAt, lastAt, availability, days } = of
  return (
    <article class="service">
      <h3>{title}</h3>
      <p class="now">
        <State of={LOOKS[state]} text={STATE_WORDS[state]} />
        {sinceAt === null ? null : (
          <span>
            {' '}
            since <Time at={sinceAt} />
          </span>
        )}
      </p>
      <Bars days={days} />
      <p class="figures">
        {availability === null ? null : <span>{percent(availability)} of checks passed</span>}
        {lastAt === null ? null : (
          <span class="quiet">
            Looked at <Time at={lastAt} />
          </span>
        )}
      </p>
      <DaysInWords {...{ days, from, title }} />
    </article>
  )
}

function ByDay({ incidents }: { incidents: readonly PublicIncident[] }) {
  return (
    <>
      {[...Map.groupBy(incidents, ({ startedAt }) => startedAt.slice(0, 10))].map(([day, of]) => (
        <>
          <h3>
            <time datetime={day} data-kept>
              {day}
            </time>
          </h3>
          {of.map((incident) => (
            <Incident of={incident} isOfDay />
          ))}
        </>
      ))}
    </>
  )
}

function Incident({ of, isOfDay = false }: { of: PublicIncident; isOfDay?: boolean }) {
  const { id, title, services, updates } = of
  const about = services.filter((service) => !title.includes(service))
  return (
    <article class="incident" id={id}>
      {isOfDay ? <h4>{title}</h4> : <h3>{title}</h3>}
      {about.length === 0 ? null : <p class="quiet">{about.join(', ')}</p>}
      <ol>
        {updates.map(({ at, state, text }) => (
          <li>
            <strong>{STATE_WORDS[state]}</strong> <Time at={at} />
            {text === '' ? null : <p class="lines">{text}</p>}
          </li>
        ))}
      </ol>
    </article>
  )
}
