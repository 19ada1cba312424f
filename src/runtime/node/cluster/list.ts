/**
 * Reads objects of the API server, each trimmed to what Portolan reads before the next page is asked for.
 *
 * @module
 */
import { isMapping } from '../../../kube/fields.ts'
import type { ReadKind } from '../../../kube/kinds.ts'
import type { Ignored, KubeObject } from '../../../kube/objects.ts'
import { readStored } from '../../../kube/read-stored.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { type ListedItem, listAll, PAGE, readPage } from './list-all.ts'
import { type Asked, requestOf } from './requests.ts'
import { versionOf } from './watch-event.ts'

export type Listed = {
  kind: ReadKind
  objects: readonly KubeObject[]
  /** The readers refused these. */
  refused: readonly (Ignored & { namespace: string | null })[]
  resourceVersion: string | null
  /** There are more than `most`. */
  isCut: boolean
}

/** @throws ApiError, or the reason of `signal`. */
export async function list(client: ApiClient, asked: Asked, most: number, signal: AbortSignal | null): Promise<Listed> {
  const { kind } = asked.resource
  const read = ({ item }: ListedItem) => readStored([item], kind, groupVersion(asked))
  const { items, resourceVersion, isCut } = await listAll(client, requestOf(asked), read, { signal, most })
  return {
    ...{ kind, resourceVersion, isCut },
    objects: items.flatMap((each) => each.objects),
    refused: items.flatMap((each) => each.refused),
  }
}

/**
 * Reads one object; `null`: there is none.
 *
 * @throws ApiError, or the reason of `signal`.
 */
export async function getOne(client: ApiClient, asked: Asked, signal: AbortSignal | null): Promise<Listed | null> {
  let object: unknown
  try {
    object = await client.get(requestOf(asked), signal === null ? {} : { signal })
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'not_found') {
      return null
    }
    throw error
  }
  if (!isMapping(object) || object.kind !== asked.resource.kind) {
    throw malformed(`an object that is no ${asked.resource.kind}`)
  }
  const read = readStored([object], asked.resource.kind, groupVersion(asked))
  return { kind: asked.resource.kind, ...read, resourceVersion: versionOf(object), isCut: false }
}

/** Reads one page of names. */
export async function names(client: ApiClient, asked: Asked, accept: string, signal: AbortSignal) {
  const query = { ...asked.query, limit: String(PAGE) }
  const { items } = readPage(await client.get({ ...requestOf({ ...asked, query }), accept }, { signal }))
  return items.flatMap((item) => {
    const { name, namespace } = isMapping(item) && isMapping(item.metadata) ? item.metadata : {}
    return typeof name === 'string' ? [{ name, namespace: typeof namespace === 'string' ? namespace : '' }] : []
  })
}

const groupVersion = ({ resource, version }: Asked): string =>
  resource.group === '' ? version : `${resource.group}/${version}`

const malformed = (what: string): ApiError => new ApiError('malformed', `the API server gave ${what}`, { status: 200 })
