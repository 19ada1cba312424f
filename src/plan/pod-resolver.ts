import type { Addresses } from './request.ts'

/**
 * Tells what kubelet writes into resolv.conf of a pod of that namespace (dnsPolicy ClusterFirst). Applications complete
 * the names that they ask for by it.
 */
export function podResolver(
  namespace: string,
  { clusterDomain }: Pick<Addresses, 'clusterDomain'>,
): { searchList: readonly string[]; ndots: number } {
  const domain = clusterDomain ?? 'cluster.local'
  return { searchList: [`${namespace}.svc.${domain}`, `svc.${domain}`, domain], ndots: 5 }
}
