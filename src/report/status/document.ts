/** Types of what a status page tells. They have no field for how a Service is made, so none can be published. */
import type { AnnouncementState } from '../../record/status-page.ts'

export const PUBLIC_STATES = ['operational', 'degraded', 'outage', 'unknown'] as const
export type PublicState = (typeof PUBLIC_STATES)[number]

export type PublicServiceDocument = {
  title: string
  state: PublicState
  /** `null`: it is not known. */
  sinceAt: string | null
  lastAt: string | null
  /** From 0 to 1 over all days; `null`: nothing was tested. */
  availability: number | null
  /** The same of each day, the oldest first. */
  days: readonly (number | null)[]
}

export type PublicUpdate = { at: string; state: AnnouncementState | 'ongoing'; text: string }

export type PublicIncident = {
  id: string
  /** `measured`: by this server. `announced`: by people. */
  source: 'measured' | 'announced'
  title: string
  state: AnnouncementState | 'ongoing'
  /** By their titles. */
  services: readonly string[]
  startedAt: string
  /** `null`: it is not over. */
  endedAt: string | null
  updatedAt: string
  /** Newest first. */
  updates: readonly PublicUpdate[]
}

export type PublicStatusDocument = {
  title: string
  description: string | null
  state: PublicState
  /** One sentence. */
  summary: string
  /** The days that `days` of Services are of, both included, UTC. */
  days: { from: string; to: string }
  services: readonly PublicServiceDocument[]
  /** Incidents of the days that the page shows, newest first. */
  incidents: readonly PublicIncident[]
  /** True if there are more, which are left out. */
  incidentsLeftOut: boolean
}
