/**
 * Keeps the announcements of status pages.
 *
 * @module
 */
import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { Change, Fields } from '../record/audit.ts'
import type { Announcement } from '../record/status-page.ts'
import { auditRows, auditRowsFrom, auditText } from './audit.ts'
import type { Store } from './db.ts'
import { type Full, type IdempotencyClaim, type Inserted, insertOnce } from './idempotency.ts'
import { insertWhere, pastPosition } from './sql.ts'
import { announcements } from './status-schema.ts'
import { onlyServer } from './visible.ts'

const NOWHERE = { cluster: sql`null`, namespace: sql`null` }

const noOf = (pageId: string): SQL => sql`(select no from status_pages where id = ${pageId})`

/**
 * @param limit of announcements of the page, this one included.
 * @returns `full` as well where the page is gone.
 */
export async function insertAnnouncement(
  store: Store,
  pageId: string,
  announcement: Announcement,
  claim: IdempotencyClaim | null,
  limit: number,
  after: Fields | null = null,
): Promise<Inserted | Full> {
  onlyServer(store)
  const { id, createdAtMs, services, updates, ...rest } = announcement
  const [page] = await store.db.all<{ no: number }>(sql`select no from status_pages where id = ${pageId}`)
  if (page === undefined) {
    return { outcome: 'full' }
  }
  const row = { ...rest, id, createdAtMs, pageNo: page.no, services: [...services], updates: [...updates] }
  const room = sql`(select count(*) from announcements where page_no = ${page.no}) < ${limit}
    and exists (select 1 from status_pages where no = ${page.no})`
  const told = { action: 'announcement.created', resource: id, cluster: null, namespace: null } as const
  const rows = (guard: SQL): SQL[] => [
    insertWhere(announcements, row, guard),
    ...auditRows(store, { ...told, before: null, after }, sql`exists (select 1 from announcements where id = ${id})`),
  ]
  return insertOnce(store, id, claim, createdAtMs, rows, room)
}

const toAnnouncement = ({ no: _no, pageNo: _page, ...rest }: typeof announcements.$inferSelect): Announcement => rest

export async function getAnnouncement(store: Store, pageId: string, id: string): Promise<Announcement | null> {
  onlyServer(store)
  const [row] = await store.db
    .select()
    .from(announcements)
    .where(and(eq(announcements.id, id), eq(announcements.pageNo, noOf(pageId))))
  return row === undefined ? null : toAnnouncement(row)
}

export type AnnouncementPage = { limit: number; before: { startedAtMs: number; id: string } | null }

/**
 * By when they began, newest first.
 *
 * @param openSinceMs those that are not over, or were not at that time. Left out: all.
 */
export async function listAnnouncements(
  store: Store,
  pageId: string,
  { limit, before }: AnnouncementPage,
  openSinceMs: number | null = null,
): Promise<Announcement[]> {
  onlyServer(store)
  const rows = await store.db
    .select()
    .from(announcements)
    .where(
      and(
        eq(announcements.pageNo, noOf(pageId)),
        openSinceMs === null ? undefined : sql`coalesce(resolved_at_ms, ${openSinceMs + 1}) > ${openSinceMs}`,
        pastPosition(
          [announcements.startedAtMs, announcements.id],
          '<',
          before ? [before.startedAtMs, before.id] : undefined,
        ),
      ),
    )
    .orderBy(desc(announcements.startedAtMs), desc(announcements.id))
    .limit(limit)
  return rows.map(toAnnouncement)
}

export type AnnouncementChange = {
  announcement: Pick<Announcement, 'title' | 'services' | 'startedAtMs' | 'resolvedAtMs' | 'updates'>
  updatedAtMs: number
  told?: Change
}

/** Changes the version that was read. `false`: it has changed since, or is gone. */
export async function updateAnnouncement(
  store: Store,
  pageId: string,
  { id, version }: Pick<Announcement, 'id' | 'version'>,
  { announcement, updatedAtMs, told = { before: null, after: null } }: AnnouncementChange,
): Promise<boolean> {
  onlyServer(store)
  const { title, services, startedAtMs, resolvedAtMs, updates } = announcement
  const same = sql`id = ${id} and version = ${version} and page_no = ${noOf(pageId)}`
  const returned = await store.atomic([
    ...auditRowsFrom(store, { action: 'announcement.changed', resource: id }, sql`announcements where ${same}`, {
      ...NOWHERE,
      ...{ before: sql`${auditText(told.before)}`, after: sql`${auditText(told.after)}` },
    }),
    sql`update announcements set title = ${title}, services = ${JSON.stringify(services)},
        started_at_ms = ${startedAtMs}, resolved_at_ms = ${resolvedAtMs}, updates = ${JSON.stringify(updates)},
        updated_at_ms = ${updatedAtMs}, version = version + 1 where ${same} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}

/** @param version `null`: whichever. @returns `false`: there is none of that version. */
export async function deleteAnnouncement(
  store: Store,
  pageId: string,
  { id, version }: { id: string; version: number | null },
): Promise<boolean> {
  onlyServer(store)
  const that = version === null ? sql`id = ${id}` : sql`id = ${id} and version = ${version}`
  const same = sql`${that} and page_no = ${noOf(pageId)}`
  const returned = await store.atomic([
    ...auditRowsFrom(store, { action: 'announcement.deleted', resource: id }, sql`announcements where ${same}`, {
      ...NOWHERE,
      before: sql`json_object('title', title, 'services', json(services))`,
      after: sql`null`,
    }),
    sql`delete from announcements where ${same} returning no`,
  ])
  return (returned.at(-1)?.length ?? 0) > 0
}
