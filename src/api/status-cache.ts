/**
 * Keeps what status pages tell for half a minute, so that however many look, the database is asked once. Each process,
 * and each isolate of a Worker, keeps its own: what is changed at one is shown by the others when theirs is old.
 *
 * @module
 */
import { boundedCache } from '../lib/bounded-cache.ts'
import { sha256Hex } from '../lib/hash.ts'
import { SYSTEM, UNBOUNDED } from '../record/principal.ts'
import { SLUG, STATUS_PAGES_MAX, type StatusPage } from '../record/status-page.ts'
import { describeStatus, SHOWN_INCIDENTS, shownDays } from '../report/status/describe.ts'
import type { PublicStatusDocument } from '../report/status/document.ts'
import { listAnnouncements } from '../store/announcements.ts'
import { actingAs, type Store } from '../store/db.ts'
import { readPublished } from '../store/published.ts'
import { DAY_MS } from '../store/rollup-steps.ts'
import { findStatusPage } from '../store/status-pages.ts'
import type { Deps } from './deps.ts'
import { toJson } from './json.ts'

export const FRESH_SECONDS = 30
/** A read that takes longer has failed in a way that nobody was told of. */
const FLIGHT_MS = 10_000
/** Bounds the slugs that are kept, as anybody may make up slugs of no page. */
const ABSENT_MAX = 10_000

/** Holds what a page tells as a document and as its JSON text; `tag` is a hash of the text. */
export type Status = { document: PublicStatusDocument; json: string; tag: string }

/** Holds a value with its age. The result of a read that began before the cell was replaced is not kept. */
type Cell<T> = { kept: { value: T; atMs: number } | null; flight: { of: Promise<T>; atMs: number } | null }
type Cache = {
  page(slug: string): Cell<StatusPage | null>
  /** Keeps the status of this version of the page only, so that a change shows at once. */
  status(page: StatusPage): Cell<Status>
  forget(slug: string): void
}

const empty = <T>(): Cell<T> => ({ kept: null, flight: null })

function createCache(): Cache {
  const pages = boundedCache<Cell<StatusPage | null>>(ABSENT_MAX)
  const statuses = boundedCache<{ of: string; cell: Cell<Status> }>(4 * STATUS_PAGES_MAX)
  return {
    page: (slug) => pages.getOrMake(slug, empty),
    status({ id, slug, version }) {
      const of = `${id} ${version}`
      const known = statuses.get(slug)
      if (known?.of === of) {
        return known.cell
      }
      const made = { of, cell: empty<Status>() }
      statuses.set(slug, made)
      return made.cell
    },
    forget(slug) {
      pages.set(slug, empty())
      statuses.set(slug, { of: '', cell: empty() })
    },
  }
}

/** By the database, which requests on whoever's behalf have in common. */
const caches = new WeakMap<object, Cache>()

function cacheOf({ db }: Store): Cache {
  const known = caches.get(db) ?? createCache()
  caches.set(db, known)
  return known
}

/** Has a page read anew when it is looked at next, here. */
export const forgetStatus = (store: Store, slug: string): void => cacheOf(store).forget(slug)

/** Finds a page by its address, whether or not whoever looks may see it. */
export async function pageAt({ store, ...deps }: Deps, slug: string): Promise<StatusPage | null> {
  if (!SLUG.test(slug)) {
    return null
  }
  return fresh(deps, cacheOf(store).page(slug), () => findStatusPage(actingAs(store, SYSTEM), slug))
}

/** Gives what a page tells now, or told at most half a minute ago. */
export const statusOf = ({ store, ...deps }: Deps, page: StatusPage): Promise<Status> =>
  fresh(deps, cacheOf(store).status(page), async () => {
    const document = await readStatus(store, page, deps.clock.now())
    const json = toJson(document)
    return { document, json, tag: sha256Hex(json).slice(0, 32) }
  })

async function readStatus(store: Store, page: StatusPage, nowMs: number): Promise<PublicStatusDocument> {
  // Nothing but what the page names can be read for it
  const reader = actingAs(store, {
    ...{ ...UNBOUNDED, id: 'status-page', scopes: new Set() },
    namespaces: page.services.map(({ namespace }) => namespace),
    clusters: page.services.map(({ cluster }) => cluster),
  })
  const days = shownDays(nowMs)
  const limit = SHOWN_INCIDENTS + 1
  const first = { limit, before: null }
  const { services, incidents } = await readPublished(reader, page.services, days, 2 * limit)
  const announced = await listAnnouncements(actingAs(store, SYSTEM), page.id, first, days.from * DAY_MS)
  const isCut = incidents.length === 2 * limit
  return describeStatus({ page, services, incidents, announcements: announced, isCut, nowMs })
}

type Now = Pick<Deps, 'clock' | 'issuers'>

/**
 * Has one request read for all that wait. In a runtime where requests cannot wait for each other, the others get the
 * kept value while one reads, however old it is.
 */
async function fresh<T>({ clock, issuers }: Now, cell: Cell<T>, read: () => Promise<T>): Promise<T> {
  const nowMs = clock.now()
  // A clock that is set, either way, makes nothing last
  const isWithin = (atMs: number, ms: number) => Math.abs(nowMs - atMs) < ms
  const { kept, flight } = cell
  if (kept !== null && isWithin(kept.atMs, FRESH_SECONDS * 1000)) {
    return kept.value
  }
  if (flight !== null && isWithin(flight.atMs, FLIGHT_MS)) {
    if (issuers.sharesAnswers) {
      return flight.of
    }
    if (kept !== null) {
      return kept.value
    }
  }
  const own = { of: read(), atMs: nowMs }
  cell.flight = own
  try {
    const value = await own.of
    cell.kept = { value, atMs: nowMs }
    return value
  } finally {
    if (cell.flight === own) {
      cell.flight = null
    }
  }
}
