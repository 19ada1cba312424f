/** The table of clusters that were read: which one had a name first. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const clusters = sqliteTable('clusters', {
  name: text().primaryKey(),
  /** UID of its namespace kube-system. */
  uid: text().notNull(),
  firstAtMs: integer('first_at_ms').notNull(),
})
