/**
 * Reads lists in pages, for every kind of caller.
 *
 * @module
 */
import { isMapping } from '../../../kube/fields.ts'
import type { ApiClient, ApiRequest } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { versionOf } from './watch-event.ts'

/** Objects in one page of a list, as `kubectl` asks for them. */
export const PAGE = 500
/** A list whose pages expire so often is asked for in one piece. */
const PAGED_TRIES = 2
/** One page of large objects, or a whole list, takes its time on a busy server. */
const PAGE_MS = 30_000
const WHOLE_MS = 60_000

/**
 * An item of a list says neither its kind nor its version; that of a watch says both, and `apiVersion` is empty then.
 */
export type ListedItem = { item: unknown; apiVersion: string }

export type ListHow = {
  signal?: AbortSignal | null
  /** More pages are not asked for when there are so many. */
  most?: number
}

export type ListedAll<T> = {
  items: T[]
  resourceVersion: string | null
  /** There are more. */
  isCut: boolean
}

/**
 * Lists all objects under a path, in pages, and makes of each what is kept as soon as its page is there. Where the API
 * server no longer keeps what the list began with (410), it is begun again, in the end without pages: the objects of
 * one list are always of one moment, and one answer cannot expire in between. It is not asked for with
 * `resourceVersion=0`, which ignores the limit too, because that may be older than what was read before.
 *
 * @throws ApiError, or the reason of `signal`.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
export async function listAll<T>(
  client: Pick<ApiClient, 'get'>,
  request: ApiRequest,
  keep: (listed: ListedItem) => T,
  how: ListHow = {},
): Promise<ListedAll<T>> {
  const paged = { ...request, query: { ...request.query, limit: String(PAGE) } }
  for (let tries = 0; tries < PAGED_TRIES; tries++) {
    try {
      return await pages(client, paged, keep, PAGE_MS, how)
    } catch (error) {
      if (!(error instanceof ApiError && error.kind === 'gone')) {
        throw error
      }
    }
  }
  return pages(client, request, keep, WHOLE_MS, how)
}

async function pages<T>(
  client: Pick<ApiClient, 'get'>,
  request: ApiRequest,
  keep: (listed: ListedItem) => T,
  timeoutMs: number,
  { signal = null, most = Number.POSITIVE_INFINITY }: ListHow,
): Promise<ListedAll<T>> {
  const items: T[] = []
  const how = { timeoutMs, ...(signal !== null && { signal }) }
  let page = readPage(await client.get(request, how))
  for (;;) {
    for (const item of page.items) {
      items.push(keep({ item, apiVersion: page.apiVersion }))
    }
    const { next, resourceVersion } = page
    if (next === null || items.length >= most) {
      return { items, resourceVersion, isCut: next !== null }
    }
    page = readPage(await client.get({ ...request, query: { ...request.query, continue: next } }, how))
    // The token names the last object of its page, so that the next one is another
    if (page.next === next) {
      throw new ApiError('malformed', 'the API server gave a list whose pages do not end', { status: 200 })
    }
  }
}

/** @throws ApiError if it is no list. */
export function readPage(answer: unknown) {
  if (!isMapping(answer) || typeof answer.kind !== 'string' || !answer.kind.endsWith('List')) {
    throw new ApiError('malformed', 'the API server gave an answer that is no list', { status: 200 })
  }
  const { apiVersion, items, metadata } = answer
  if (items !== null && items !== undefined && !Array.isArray(items)) {
    throw new ApiError('malformed', 'the API server gave a list without items', { status: 200 })
  }
  const token = isMapping(metadata) ? metadata.continue : null
  return {
    apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
    // Go writes an empty list as null.
    items: (items ?? []) as readonly unknown[],
    resourceVersion: versionOf(answer),
    next: typeof token === 'string' && token !== '' ? token : null,
  }
}
