/** Sets of objects are made of these parts. */
import { ingressClass, loadBalancerStatus, node, pod, service, slice } from '../../../support/manifests.ts'
import type { Manifest } from '../../world.ts'

export type ObjectFault = {
  name: string
  manifests: readonly Manifest[]
  /** Empty: nothing is wrong. */
  codes: readonly string[]
  also?: readonly string[]
  addresses?: Manifest
}

export const at = (last: number) => ({ at: `10.244.0.${last}`, node: 'node-1', pod: `toad-${last}` })
export const ready = slice([at(9)])
export const nodes = [node('node-1', { InternalIP: '10.0.0.11' }), node('node-2', { InternalIP: '10.0.0.12' })]
export const nginx = ingressClass('nginx', 'k8s.io/ingress-nginx')
export const nodePort = { type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }] }
export const balanced = { ...nodePort, type: 'LoadBalancer' }
export const VIP = loadBalancerStatus({ ip: '203.0.113.73' })
export const headless = { clusterIP: 'None', ports: [{ name: 'http', port: 8080, targetPort: 8080 }] }
export const labelled = (name: string, labels: Record<string, string>, more = {}) => pod(name, {}, { labels, ...more })
export const policy = (spec: Manifest, name = 'strict') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'pond' },
  spec: { podSelector: {}, policyTypes: ['Ingress'], ...spec },
})
export const externalName = (name: string, ports: readonly Manifest[] = []) =>
  service({ type: 'ExternalName', externalName: name, ports })
export const ports = (...list: readonly Manifest[]) => ({ ports: list })
export const container = (...list: readonly Manifest[]) => ({
  containers: [{ name: 'web', image: 'toad:1', ports: list }],
})

export const NOT_READY = [slice([{ ...at(9), ready: false }]), pod('toad-9', {}, { ready: false })]
