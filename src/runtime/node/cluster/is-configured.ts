import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'

export type InClusterSources = {
  /** Kubelet puts token, ca.crt and namespace here. */
  folder: string
  env: Readonly<Record<string, string | undefined>>
}

export const IN_CLUSTER: InClusterSources = {
  folder: '/var/run/secrets/kubernetes.io/serviceaccount',
  env: process.env,
}

/** Tells whether a service account is mounted: a pod may have none (`automountServiceAccountToken: false`). */
export const isInCluster = ({ folder, env }: InClusterSources = IN_CLUSTER): boolean =>
  Boolean(env.KUBERNETES_SERVICE_HOST) && existsSync(join(folder, 'token'))

/** Tells whether there is a cluster to be read, without loading anything that reads it. */
export const readsClusters = ({ kubeconfig, clusters }: Config, sources?: InClusterSources): boolean =>
  kubeconfig !== null || clusters.length > 0 || isInCluster(sources)
