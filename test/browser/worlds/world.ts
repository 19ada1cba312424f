/** A server with something to show, and where it shows it. */
import type { TestOptions } from '../../support/portolan.ts'
import { startTestPortolan } from '../../support/portolan.ts'
import { read } from '../../support/read.ts'

/** The administrator's token. */
export const ADMIN = 'pt_admin_of_the_browser_suite'

/** What pages are about, by what stands in their addresses. An empty list: the world has none. */
export type Places = {
  /** `cluster/namespace/name`. */
  services: readonly string[]
  jobs: readonly string[]
  batches: readonly string[]
  compares: readonly string[]
  schedules: readonly string[]
  clusters: readonly string[]
  tokens: readonly string[]
  /** Slugs. */
  statusPages: readonly string[]
  /** `{id of the status page}/announcements/{id}`. */
  announcements: readonly string[]
}

export const NO_PLACES: Places = {
  ...{ services: [], jobs: [], batches: [], compares: [], schedules: [], clusters: [], tokens: [], statusPages: [] },
  announcements: [],
}

export type World = {
  url: string
  places: Places
  /** Asks the API, as the administrator unless another token is named. */
  ask<T>(path: string, init?: { method?: string; json?: unknown; token?: string }): Promise<T>
  close(): Promise<void>
}

type Asking = Pick<World, 'ask' | 'url'> & { databaseFile: string; close(): Promise<void> }

export async function startServer(env: Record<string, string> = {}, options: TestOptions = {}): Promise<Asking> {
  const portolan = await startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN, ...env }, options)
  return {
    ...{ url: portolan.url, databaseFile: portolan.databaseFile, close: portolan.close },
    async ask(path, { token = ADMIN, ...init } = {}) {
      const response = await portolan.call(path, { ...init, headers: { authorization: `Bearer ${token}` } })
      if (!response.ok) {
        throw new Error(`${init.method ?? 'GET or POST'} ${path}: ${response.status} ${await response.text()}`)
      }
      return response.status === 204 ? (undefined as never) : read(response)
    },
  }
}
