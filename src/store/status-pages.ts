/**
 * Status pages. They tell of whichever Services they name to whoever may see them, so that only who reaches everything
 * makes one.
 *
 * @module
 */
import { desc, eq, type SQL, sql } from 'drizzle-orm'
import type { Change, Fields } from '../record/audit.ts'
import type { StatusPage, StatusPageSettings } from '../record/status-page.ts'
import { auditRows, auditRowsFrom, auditText } from './audit.ts'
import type { Store } from './db.ts'
import { type Full, type IdempotencyClaim, type Inserted, insertOnce } from './idempotency.ts'
import type { JobPage } from './jobs.ts'
import { insertWhere, pastPosition } from './sql.ts'
import { statusPages } from './status-schema.ts'
import { onlyServer } from './visible.ts'

const NOWHERE = { cluster: sql`null`, namespace: sql`null` }

/**
 * @param limit of pages, this one included.
 * @returns `full` as well where another page has the slug.
 */
export async function insertStatusPage(
  store: Store,
  page: StatusPage,
  claim: IdempotencyClaim | null,
  limit: number,
  after: Fields | null = null,
): Promise<Inserted | Full> {
  onlyServer(store)
  const room = sql`(select count(*) from status_pages) < ${limit}
    and not exists (select 1 from status_pages where slug = ${page.slug})`
  const told = { action: 'statuspage.created', resource: page.id, cluster: null, namespace: null } as const
  const rows = (guard: SQL): SQL[] => [
    insertWhere(statusPages, { ...page, services: [...page.services] }, guard),
    ...auditRows(
      store,
      { ...told, before: null, after },
      sql`exists (select 1 from status_pages where id = ${page.id})`,
    ),
  ]
  return insertOnce(store, page.id, claim, page.createdAtMs, rows, room)
}

const toPage = ({ no: _no, ...page }: typeof statusPages.$inferSelect): StatusPage => page

export async function getStatusPage(store: Store, id: string): Promise<StatusPage | null> {
  onlyServer(store)
  const [row] = await store.db.select().from(statusPages).where(eq(statusPages.id, id))
  return row === undefined ? null : toPage(row)
}

/** Finds the page that is shown at an address, whether or not whoever asks may see it. */
export async function findStatusPage(store: Store, slug: string): Promise<StatusPage | null> {
  onlyServer(store)
  const [row] = await store.db.select().from(statusPages).where(eq(statusPages.slug, slug))
  return row === undefined ? null : toPage(row)
}

/** Newest first. The next page begins before the last one of this page. */
export async function listStatusPages(store: Store, { limit, before }: JobPage): Promise<StatusPage[]> {
  onlyServer(store)
  const position = before ? [before.createdAtMs, before.id] : undefined
  const rows = await store.db
    .select()
    .from(statusPages)
    .where(pastPosition([statusPages.createdAtMs, statusPages.id], '<', position))
    .orderBy(desc(statusPages.createdAtMs), desc(statusPages.id))
    .limit(limit)
  return rows.map(toPage)
}

export type StatusPageChange = { settings: StatusPageSettings; updatedAtMs: number; told?: Change }

/** Changes the version that was read. `false`: it has changed since, is gone, or another page has the slug. */
export async function updateStatusPage(
  store: Store,
  id: string,
  version: number,
  { settings, updatedAtMs, told = { before: null, after: null } }: StatusPageChange,
): Promise<boolean> {
  onlyServer(store)
  const { slug, title, description, services } = settings
  const same = sql`id = ${id} and version = ${version}
    and not exists (select 1 from status_pages other where other.slug = ${slug} and other.id <> ${id})`
  const returned = await store.atomic([
    ...auditRowsFrom(store, { action: 'statuspage.changed', resource: id }, sql`status_pages where ${same}`, {
      ...NOWHERE,
      ...{ before: sql`${auditText(told.before)}`, after: sql`${auditText(told.after)}` },
    }),
    sql`update status_pages set slug = ${slug}, title = ${title}, description = ${description},
        public = ${Number(settings.public)}, indexed = ${Number(settings.indexed)},
        services = ${JSON.stringify(services)}, updated_at_ms = ${updatedAtMs}, version = version + 1
        where ${same} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

/** With what was announced on it. @param version `null`: whichever. @returns `false`: there is none of that version. */
export async function deleteStatusPage(store: Store, id: string, version: number | null): Promise<boolean> {
  onlyServer(store)
  const same = version === null ? sql`id = ${id}` : sql`id = ${id} and version = ${version}`
  const returned = await store.atomic([
    ...auditRowsFrom(store, { action: 'statuspage.deleted', resource: id }, sql`status_pages where ${same}`, {
      ...NOWHERE,
      before: sql`json_object('slug', slug, 'title', title, 'public', json(iif(public, 'true', 'false')))`,
      after: sql`null`,
    }),
    sql`delete from announcements where page_no = (select no from status_pages where ${same})`,
    sql`delete from status_pages where ${same} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}
