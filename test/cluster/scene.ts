/**
 * The Service that most tests ask about, and how they ask.
 *
 * @module
 */
import { parseManifests } from '../../src/kube/parse.ts'
import { ingress, loadBalancerStatus, service, slice } from '../support/manifests.ts'
import type { Faults } from './faults.ts'
import { renderEnvironment } from './render/pod.ts'
import { CLIENT, endpoints, type Manifest, TOADS, WORLD } from './world.ts'

export const LOAD_BALANCER = '203.0.113.10'
export const EXTERNAL_IP = '203.0.113.20'

/** Reachable in every way that a Service with a cluster IP can be. */
export const toad = (spec: Manifest = {}, status: Manifest = loadBalancerStatus({ ip: LOAD_BALANCER })): Manifest =>
  service(
    {
      type: 'LoadBalancer',
      externalIPs: [EXTERNAL_IP],
      ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }],
      ...spec,
    },
    {},
    status,
  )

/** One try may take this long. It is short because a test whose fault is silence always lasts as long. */
export const TIMEOUT_MS = 800

type Parts = { service?: Manifest; slice?: Manifest; ingress?: Manifest }

/** The world, the Service, its endpoints and its Ingress, each of which may be another. */
export const sceneOf = (parts: Parts = {}): Manifest[] => [
  ...WORLD,
  parts.service ?? toad(),
  parts.slice ?? slice(endpoints(...TOADS)),
  parts.ingress ?? ingress([{}]),
]

/** A test changes objects, the data plane or the request. */
export type Scene = {
  manifests?: readonly Manifest[]
  fault?: (fault: Faults) => Promise<unknown>
  asked?: Manifest
  /** The cause that is shown first; not stated where the diagnosis has nothing to say. */
  finding?: string
}

/** A job's body. */
export const requestFor = (manifests: readonly Manifest[], asked: Manifest = {}): Manifest => ({
  target: { service: 'toad', namespace: CLIENT.namespace, manifests },
  ...asked,
})

/** Returns what `kubectl exec POD -- env` prints in a pod that was started after the Service. */
export const printEnvironment = (manifests: readonly Manifest[]): string =>
  Object.entries(renderEnvironment(parseManifests(manifests, { pointer: '' }).objects, CLIENT.namespace))
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')
