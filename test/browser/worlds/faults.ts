/**
 * Services that are broken, each in one way, over real listeners, and can be mended.
 *
 * @module
 */

import { createRandom } from '../../support/api-server/random.ts'
import { createAuthority } from '../../support/certificates.ts'
import { createHarbour, NAMESPACE, type Plan } from './harbour.ts'
import { NO_PLACES, startServer, type World } from './world.ts'

const DAY_MS = 86_400_000

/** By what is wrong. */
export const FAULTS: Readonly<Record<string, Plan>> = {
  'the node port is closed on one node': { without: ['node-2'] },
  'the node port is closed on all nodes': { without: ['node-1', 'node-2', 'node-3'] },
  'the load balancer does not answer': { without: ['balancer'] },
  'nothing listens at the ClusterIP': { without: ['clusterIP'] },
  'pods listen on another port than the target port': { podPort: 9377 },
  'one pod does not listen': { without: ['pod-3'] },
  'every pod answers 503': { answer: (_, response) => void response.writeHead(503).end('warming up\n') },
  'pods accept, and never answer': { answer: () => undefined },
  'the Ingress controller does not know the host': { routes: [] },
  'the certificate has expired': { leaf: { notBeforeMs: Date.now() - 90 * DAY_MS, notAfterMs: Date.now() - DAY_MS } },
  'the certificate is for another name': { leaf: { altNames: ['other.example.com'] } },
  'no pod is ready': { isUnready: true },
  'the selector matches no pod': { selects: 'wbe' },
  'the name is not in DNS': { isUnnamed: true },
}

export type Broken = {
  fault: string
  namespace: string
  service: string
  /** Puts it right, and has Portolan look again. */
  mend(): Promise<void>
}

export type FaultsWorld = World & { broken: readonly Broken[] }

/** Services with these faults, and two with none. Each was looked at when it was well, and twice since it is not. */
export async function startFaultsWorld(faults: readonly string[]): Promise<FaultsWorld> {
  const authority = await createAuthority()
  const server = await startServer()
  const all = [...faults, null, null]
  const harbours = all.map((_, number) => createHarbour(number, authority))
  const look = (number: number) => server.ask('/v1/jobs?wait=60', { json: harbours[number]?.job() })
  await Promise.all(
    all.map(async (fault, number) => {
      await harbours[number]?.build({})
      await look(number)
      if (fault !== null) {
        await harbours[number]?.build(FAULTS[fault] ?? {})
        await look(number)
        await look(number)
      }
    }),
  )
  return {
    ...{ url: server.url, ask: server.ask },
    places: { ...NO_PLACES, services: harbours.map(({ name }) => `default/${NAMESPACE}/${name}`) },
    broken: faults.map((fault, number) => ({
      ...{ fault, namespace: NAMESPACE, service: harbours[number]?.name ?? '' },
      async mend() {
        await harbours[number]?.build({})
        await look(number)
      },
    })),
    async close() {
      await server.close()
      await Promise.all(harbours.map((harbour) => harbour.close()))
    },
  }
}

/** So many faults, picked by a seed. */
export function pickFaults(count: number, seed: number): string[] {
  const random = createRandom(seed)
  const left = Object.keys(FAULTS)
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)).flat()
}
