/** Services that are large, for pictures, tests and figures of the map. */
import type { MapSource } from '../../src/pages/map/model.ts'
import { node, pod, service, slice } from './manifests.ts'
import { jobDocument, planDocument } from './map-documents.ts'

const two = (n: number): string => String(n).padStart(2, '0')

/** Manifests of a Service of type NodePort on so many nodes, with so many endpoints. */
export const manyManifests = (nodes: number, endpoints: number, spec: Record<string, unknown> = {}): unknown[] => [
  service({
    type: 'NodePort',
    clusterIP: '10.96.0.7',
    ports: [
      { name: 'http', port: 80, targetPort: 8080, nodePort: 30080 },
      { name: 'metrics', port: 9090, targetPort: 9090, nodePort: 30090 },
    ],
    ...spec,
  }),
  ...Array.from({ length: nodes }, (_, at) => node(`node-${two(at)}`, { InternalIP: `10.0.0.${at + 1}` })),
  slice(
    Array.from({ length: endpoints }, (_, at) => ({
      ...{ at: `10.244.${at % nodes}.${Math.floor(at / nodes) + 2}`, node: `node-${two(at % nodes)}` },
      pod: `toad-6c9d7f-${at.toString(36).padStart(5, 'x')}`,
    })),
    {
      ports: [
        { name: 'http', port: 8080 },
        { name: 'metrics', port: 9090 },
      ],
    },
  ),
  pod('toad-0'),
]

const LIMITS = { limits: { nodes: 1000, endpoints: 1000, paths: 5000 } }

/** 50 nodes of which two fail on one port, 200 endpoints of which a few fail. */
export function manySource(nodes = 50, endpoints = 200): MapSource {
  const plan = planDocument(manyManifests(nodes, endpoints), undefined, LIMITS)
  return {
    job: jobDocument(plan, ({ kind, node: name, address, port }) =>
      (kind === 'NodePort' && (name === 'node-07' || name === 'node-31') && port?.number === 80) ||
      (kind === 'Endpoint' && (address?.endsWith('.7.2') || address?.endsWith('.31.2') || address?.endsWith('.9.3')))
        ? 'fail'
        : 'pass',
    ),
  }
}

/** externalTrafficPolicy Local: three nodes, one of them without an endpoint. */
export function localSource(): MapSource {
  const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }
  const status = { loadBalancer: { ingress: [{ ip: '203.0.113.7' }, { hostname: 'lb-1.cloud.example' }] } }
  const [first, ...rest] = manyManifests(2, 3, spec) as [Record<string, unknown>, ...unknown[]]
  const plan = planDocument([{ ...first, status }, ...rest, node('node-empty', { InternalIP: '10.0.0.9' })])
  return { job: jobDocument(plan, ({ node: name }) => (name === 'node-empty' ? 'skipped' : 'pass')) }
}
