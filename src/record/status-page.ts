/**
 * Status pages tell others how some Services are, in words of their own. Pure.
 *
 * @module
 */

/** Its publisher decides these. */
export type StatusPageSettings = {
  /** Names it in its address. */
  slug: string
  title: string
  description: string | null
  /** `false`: whoever looks must be known to this server. */
  public: boolean
  /** Search engines may list it. */
  indexed: boolean
  services: readonly PublishedService[]
}

/** A Service, and what it is called to others. */
export type PublishedService = { cluster: string; namespace: string; name: string; title: string }

export type StatusPage = StatusPageSettings & {
  id: string
  version: number
  createdAtMs: number
  updatedAtMs: number
  /** The id of the principal that made it. */
  createdBy: string
}

export const ANNOUNCEMENT_STATES = ['investigating', 'identified', 'monitoring', 'resolved'] as const
export type AnnouncementState = (typeof ANNOUNCEMENT_STATES)[number]

export type AnnouncementUpdate = { atMs: number; state: AnnouncementState; body: string }

/** An incident as somebody tells it, on one status page. */
export type Announcement = {
  id: string
  version: number
  createdAtMs: number
  updatedAtMs: number
  title: string
  /** The titles of the Services that it is about, as the page had them when it was written. */
  services: readonly string[]
  startedAtMs: number
  /** `null`: it is not over. */
  resolvedAtMs: number | null
  /** Oldest first; at least one. */
  updates: readonly AnnouncementUpdate[]
}

/** Gives the state that an announcement is in. */
export const stateOfAnnouncement = ({ updates }: Pick<Announcement, 'updates'>): AnnouncementState =>
  updates.at(-1)?.state ?? 'investigating'

/** Pages of one server. */
export const STATUS_PAGES_MAX = 100
/** Services of one page. */
export const PUBLISHED_MAX = 200
/** Announcements of one page, those that are over included. */
export const ANNOUNCEMENTS_MAX = 1000
/** Updates of one announcement. */
export const UPDATES_MAX = 50

/** As a label of DNS, so that it needs no escaping anywhere. */
export const SLUG = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
