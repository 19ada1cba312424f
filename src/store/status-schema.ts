/** The tables of what is told to others: status pages, and what is announced on them. */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { AnnouncementUpdate, PublishedService } from '../record/status-page.ts'

export const statusPages = sqliteTable(
  'status_pages',
  {
    no: integer().primaryKey(),
    id: text().notNull(),
    slug: text().notNull(),
    /** Grows by one with every change. */
    version: integer().notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
    createdBy: text('created_by').notNull(),
    title: text().notNull(),
    description: text(),
    public: integer({ mode: 'boolean' }).notNull(),
    indexed: integer({ mode: 'boolean' }).notNull(),
    services: text({ mode: 'json' }).$type<PublishedService[]>().notNull(),
  },
  (t) => [
    uniqueIndex('status_pages_id').on(t.id),
    uniqueIndex('status_pages_slug').on(t.slug),
    index('status_pages_created').on(t.createdAtMs, t.id),
  ],
)

export const announcements = sqliteTable(
  'announcements',
  {
    no: integer().primaryKey(),
    id: text().notNull(),
    pageNo: integer('page_no')
      .notNull()
      .references(() => statusPages.no),
    version: integer().notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    updatedAtMs: integer('updated_at_ms').notNull(),
    title: text().notNull(),
    services: text({ mode: 'json' }).$type<string[]>().notNull(),
    startedAtMs: integer('started_at_ms').notNull(),
    /** Null: it is not over. */
    resolvedAtMs: integer('resolved_at_ms'),
    updates: text({ mode: 'json' }).$type<AnnouncementUpdate[]>().notNull(),
  },
  (t) => [uniqueIndex('announcements_id').on(t.id), index('announcements_page').on(t.pageNo, t.startedAtMs, t.id)],
)
