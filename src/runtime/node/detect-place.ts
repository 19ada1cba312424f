import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the prober stands, as far as the machine says. */
export type Place = {
  vantage: 'in-cluster' | 'outside'
  /** The namespace of our own pod; `null` outside a cluster. */
  namespace: string | null
  /** From the search list that kubelet writes (`N.svc.Z svc.Z Z`); `null`: not said. */
  clusterDomain: string | null
  /** From `NODE_NAME`, which a deployment sets by the downward API (`spec.nodeName`); `null`: not said. */
  nodeName: string | null
}

export type PlaceSources = {
  serviceAccountFolder: string
  resolvConf: string
  env: Readonly<Record<string, string | undefined>>
}

/** Where kubelet puts them. */
const SYSTEM: PlaceSources = {
  serviceAccountFolder: '/var/run/secrets/kubernetes.io/serviceaccount',
  resolvConf: '/etc/resolv.conf',
  env: process.env,
}

/** In the cluster when a service account is mounted; else outside. */
export function detectPlace(sources: PlaceSources = SYSTEM): Place {
  const nodeName = sources.env.NODE_NAME || null
  if (!existsSync(join(sources.serviceAccountFolder, 'token'))) {
    return { vantage: 'outside', namespace: null, clusterDomain: null, nodeName }
  }
  return {
    vantage: 'in-cluster',
    namespace: readIfThere(join(sources.serviceAccountFolder, 'namespace'))?.trim() || null,
    clusterDomain: clusterDomainOf(readIfThere(sources.resolvConf) ?? ''),
    nodeName,
  }
}

/**
 * The cluster domain that a pod's resolv.conf gives away: the search entry `svc.Z`. The last `search` line counts
 * (resolv.conf(5)).
 */
export function clusterDomainOf(resolvConf: string): string | null {
  const searches = [...resolvConf.matchAll(/^search[ \t]+(.*)$/gm)].at(-1)?.[1]?.trim().split(/\s+/) ?? []
  const entry = searches.find((domain) => domain.startsWith('svc.') && searches.includes(domain.slice('svc.'.length)))
  return entry?.slice('svc.'.length).replace(/\.$/, '') ?? null
}

const readIfThere = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null)
