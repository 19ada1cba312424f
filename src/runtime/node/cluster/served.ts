/**
 * Asks the API server which resources of an API group it serves, and in which version. That changes only when somebody
 * installs or removes it, so that the answer is kept for some minutes, and asked for anew when it proves wrong.
 *
 * @module
 */
import { isMapping } from '../../../kube/fields.ts'
import type { Resource } from '../../../kube/resources.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import type { Kept } from './kept.ts'

export type Served = {
  /**
   * Gives the newest version that is served of those that are read; `null`: none is.
   *
   * @throws ApiError, or the reason of `signal`.
   */
  version(resource: Resource, signal: AbortSignal): Promise<string | null>
  /** It was not served in the version that was told. Tells whether another may be told by now. */
  forget(resource: Resource): boolean
}

/** Groups of Kubernetes itself serve `v1` in every version that is still maintained: they are not asked about. */
const isBuiltIn = ({ group }: Resource): boolean => !group.includes('.') || BUILT_IN.has(group)
const BUILT_IN: ReadonlySet<string> = new Set(['discovery.k8s.io', 'networking.k8s.io'])

/** Milliseconds for which an answer is believed. */
const KEPT_MS = 5 * 60_000

const GROUPS = 'served groups'

type Versions = ReadonlyMap<string, readonly string[]>

export function createServed(client: ApiClient, kept: Kept): Served {
  const versionsIn = async (group: string, signal: AbortSignal): Promise<Versions> => {
    const { value: groups } = await kept.take(GROUPS, KEPT_MS, signal, () => groupsOf(client))
    const versions = groups.get(group)
    if (versions === undefined) {
      return new Map()
    }
    return (await kept.take(`served ${group}`, KEPT_MS, signal, () => resourcesOf(client, group, versions))).value
  }
  return {
    async version(resource, signal) {
      if (isBuiltIn(resource)) {
        return resource.versions[0] ?? null
      }
      const served = (await versionsIn(resource.group, signal)).get(resource.resource) ?? []
      return resource.versions.find((version) => served.includes(version)) ?? null
    },
    forget(resource) {
      if (isBuiltIn(resource)) {
        return false
      }
      const forgot = [GROUPS, `served ${resource.group}`].map((key) => kept.forget(key))
      return forgot.includes(true)
    },
  }
}

/** Gives group → its versions, of every group: one answer tells of all that is not installed. */
async function groupsOf(client: ApiClient): Promise<Versions> {
  const groups = itemsOf(await orNotServed(client.get({ path: '/apis' })), 'groups')
  return new Map(
    groups.flatMap((group) =>
      typeof group.name === 'string' ? [[group.name, namesOf(group, 'versions', 'version')]] : [],
    ),
  )
}

/** Gives resource → the versions of the group that have it. */
async function resourcesOf(client: ApiClient, group: string, names: readonly string[]): Promise<Versions> {
  const lists = await Promise.all(
    names.map((version) => orNotServed(client.get({ path: `/apis/${group}/${encodeURIComponent(version)}` }))),
  )
  const versions = new Map<string, string[]>()
  for (const [at, version] of names.entries()) {
    for (const name of namesOf(lists[at], 'resources', 'name')) {
      versions.set(name, [...(versions.get(name) ?? []), version])
    }
  }
  return versions
}

const namesOf = (value: unknown, list: string, key: string): readonly string[] =>
  itemsOf(value, list).flatMap((item) => (typeof item[key] === 'string' ? [item[key]] : []))

const itemsOf = (value: unknown, key: string): readonly Record<string, unknown>[] => {
  const items = isMapping(value) ? value[key] : null
  return Array.isArray(items) ? items.filter(isMapping) : []
}

async function orNotServed(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ApiError && (error.kind === 'not_served' || error.kind === 'not_found')) {
      return null
    }
    throw error
  }
}
