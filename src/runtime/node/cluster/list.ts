/**
 * Reads lists of the API server, in pages, each trimmed to what Portolan reads before the next is asked for.
 *
 * @module
 */
import { isMapping } from '../../../kube/fields.ts'
import type { ReadKind } from '../../../kube/kinds.ts'
import type { Ignored, KubeObject } from '../../../kube/objects.ts'
import { readStored } from '../../../kube/read-stored.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { type Asked, PAGE, requestOf } from './requests.ts'

export type Listed = {
  kind: ReadKind
  objects: readonly KubeObject[]
  /** The readers refused these. */
  refused: readonly (Ignored & { namespace: string | null })[]
  resourceVersion: string | null
  /** There are more than `most`. */
  isCut: boolean
}

/** A list is begun again so often before it is asked for in one piece. */
const RESTARTS = 2

/**
 * Reads a list to its end. Where the API server no longer keeps what the list began with (410), it is begun again, in
 * the end without pages: the objects of one list are always of one moment.
 *
 * @throws ApiError, or the reason of `signal`.
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
export async function list(client: ApiClient, asked: Asked, most: number, signal: AbortSignal | null): Promise<Listed> {
  for (let restart = 0; ; restart++) {
    try {
      return await pages(client, asked, most, restart < RESTARTS ? PAGE : null, signal)
    } catch (error) {
      const isGone = error instanceof ApiError && error.kind === 'gone'
      if (!isGone || restart >= RESTARTS) {
        throw error
      }
    }
  }
}

async function pages(
  client: ApiClient,
  asked: Asked,
  most: number,
  limit: number | null,
  signal: AbortSignal | null,
): Promise<Listed> {
  const objects: KubeObject[] = []
  const refused: Listed['refused'][number][] = []
  let next: Readonly<Record<string, string>> = {}
  for (;;) {
    const query = { ...asked.query, ...(limit !== null && { limit: String(limit) }), ...next }
    const page = readPage(await client.get(requestOf({ ...asked, query }), signal === null ? {} : { signal }))
    const read = readStored(page.items, asked.resource.kind, groupVersion(asked))
    objects.push(...read.objects)
    refused.push(...read.refused)
    const isCut = page.continue !== null && objects.length >= most
    if (page.continue === null || isCut) {
      return { kind: asked.resource.kind, objects, refused, resourceVersion: page.resourceVersion, isCut }
    }
    next = { continue: page.continue }
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

function readPage(answer: unknown) {
  if (!isMapping(answer) || typeof answer.kind !== 'string' || !answer.kind.endsWith('List')) {
    throw malformed('an answer that is no list')
  }
  const { items } = answer
  if (items !== null && items !== undefined && !Array.isArray(items)) {
    throw malformed('a list without items')
  }
  const metadata = isMapping(answer.metadata) ? answer.metadata : {}
  const token = metadata.continue
  return {
    items: (items ?? []) as readonly unknown[],
    resourceVersion: versionOf(answer),
    continue: typeof token === 'string' && token !== '' ? token : null,
  }
}

const versionOf = ({ metadata }: Record<string, unknown>): string | null =>
  isMapping(metadata) && typeof metadata.resourceVersion === 'string' ? metadata.resourceVersion : null

const groupVersion = ({ resource, version }: Asked): string =>
  resource.group === '' ? version : `${resource.group}/${version}`

const malformed = (what: string): ApiError => new ApiError('malformed', `the API server gave ${what}`, { status: 200 })
