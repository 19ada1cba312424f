import { isMapping } from '../../../kube/fields.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { versionOf } from './watch-event.ts'

export const PAGE = 500
/** A list whose pages expire so often is asked for as a whole. */
const PAGED_TRIES = 3
/** One page of large objects, or a whole list, takes its time on a busy server. */
const PAGE_MS = 30_000
const WHOLE_MS = 60_000

export type ListedItem = { item: unknown; apiVersion: string }

/**
 * Lists all objects under a path, in pages, and hands each over as soon as its page is there, so that only what is kept
 * of it stays in memory. If the server lets go of the list between two pages (410), it begins again: what was handed
 * over before is let go of. When that has happened often, the list is asked for as a whole: one answer cannot expire in
 * between. It is not asked for with `resourceVersion=0`, which ignores the limit too, because that may be older than what
 * was read before.
 *
 * @throws ApiError
 */
export async function listAll<T>(
  client: Pick<ApiClient, 'get'>,
  { path, query = {} }: { path: string; query?: Readonly<Record<string, string>> },
  keep: (listed: ListedItem) => T,
  signal?: AbortSignal,
): Promise<{ items: T[]; resourceVersion: string }> {
  for (let tries = 0; tries < PAGED_TRIES; tries++) {
    try {
      return await listPages(client, { path, query: { ...query, limit: String(PAGE) } }, keep, PAGE_MS, signal)
    } catch (error) {
      if (!(error instanceof ApiError && error.kind === 'gone')) {
        throw error
      }
    }
  }
  return listPages(client, { path, query }, keep, WHOLE_MS, signal)
}

async function listPages<T>(
  client: Pick<ApiClient, 'get'>,
  { path, query }: { path: string; query: Readonly<Record<string, string>> },
  keep: (listed: ListedItem) => T,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<{ items: T[]; resourceVersion: string }> {
  const items: T[] = []
  const how = { timeoutMs, ...(signal && { signal }) }
  let page = readPage(await client.get({ path, query }, how))
  for (;;) {
    for (const item of page.items) {
      items.push(keep({ item, apiVersion: page.apiVersion }))
    }
    if (page.next === null) {
      return { items, resourceVersion: page.resourceVersion }
    }
    page = readPage(await client.get({ path, query: { ...query, continue: page.next } }, how))
  }
}

function readPage(answer: unknown) {
  const resourceVersion = versionOf(answer)
  if (!isMapping(answer) || resourceVersion === null) {
    throw new ApiError('malformed', 'The API server answered a list with something that is none.')
  }
  const { apiVersion, items, metadata } = answer
  const token = isMapping(metadata) ? metadata.continue : null
  return {
    apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
    // Go writes an empty list as null.
    items: Array.isArray(items) ? items : [],
    resourceVersion,
    next: typeof token === 'string' && token !== '' ? token : null,
  }
}
