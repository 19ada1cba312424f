import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { vantageAt } from '../../plan/path.ts'
import type { Place } from '../../plan/place.ts'
import type { Config } from './config.ts'

/** Settings that are believed over what the machine says. */
type Given = Pick<Config, 'position' | 'vantageName' | 'clusterDomain'>

export type PlaceSources = {
  serviceAccountFolder: string
  resolvConf: string
  env: Readonly<Record<string, string | undefined>>
}

/** Kubelet puts them here. */
const SYSTEM: PlaceSources = {
  serviceAccountFolder: '/var/run/secrets/kubernetes.io/serviceaccount',
  resolvConf: '/etc/resolv.conf',
  env: process.env,
}

/**
 * The prober stands in the cluster when a service account is mounted, else outside. The cluster domain is the one in
 * the search list that kubelet writes (`N.svc.Z svc.Z Z`); the node's name is `NODE_NAME`, which a deployment sets by
 * the downward API (`spec.nodeName`).
 */
export function detectPlace(given: Given, sources: PlaceSources = SYSTEM): Place {
  const isPod = existsSync(join(sources.serviceAccountFolder, 'token'))
  const read = (file: string): string => (isPod && existsSync(file) ? readFileSync(file, 'utf8') : '')
  const namespace = read(join(sources.serviceAccountFolder, 'namespace')).trim() || null
  return {
    vantage: vantageAt(given.position ?? (isPod ? 'in-cluster' : 'outside'), given.vantageName),
    namespace,
    environment: namespace === null ? null : environmentOf(sources.env),
    clusterDomain: given.clusterDomain ?? clusterDomainOf(read(sources.resolvConf)),
    nodeName: sources.env.NODE_NAME || null,
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

/**
 * The pod's environment, where it tells of Services: a pod with `enableServiceLinks: false` is told of the API server
 * alone (pkg/kubelet/kubelet_pods.go, getServiceEnvVarMap), and its silence about others says nothing of them.
 */
function environmentOf(env: PlaceSources['env']): Record<string, string> | null {
  const set = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  const isTold = set.some(([name]) => name.endsWith('_SERVICE_HOST') && name !== 'KUBERNETES_SERVICE_HOST')
  return isTold ? Object.fromEntries(set) : null
}
