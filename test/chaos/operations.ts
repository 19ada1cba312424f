/** What clients ask for while the server is killed under them, and what must have become of it. */

import type { Random } from '../support/api-server/random.ts'
import { at, service as compared, ingress } from '../support/compare.ts'
import { toadService } from '../support/toad.ts'

/** Where chaos probes: one that answers, sometimes late, and a port on which nobody listens. */
export type Targets = { pod: number; closed: number }

export type Operation = {
  /** A label of every job that it makes. */
  name: string
  path: string
  /** Reads what was made: this and its id. */
  read: string
  body: string
  key: string | null
  /** Jobs that it makes, and what each of them must come to. */
  jobs: number
  verdict: 'pass' | 'fail'
  /** Tries that each of its jobs records, neither more nor less. */
  tries: number
  /** `unknown`: the server was killed before it answered. `refused`: it answered that it has not made it. */
  answer: 'acknowledged' | 'unknown' | 'refused'
  id: string | null
  cancel: 'no' | 'asked' | 'acknowledged'
  /** Results that the server has shown, by their ids: they stay. */
  seen: Map<string, string>
}

const NAMES = ['web', 'api', 'cart'] as const

const named = (name: string, port: number, addresses: number) => ({
  ...toadService(port, { externalIPs: Array.from({ length: addresses }, (_, i) => `127.0.2.${i + 1}`) }),
  metadata: { name, namespace: 'shop' },
})

/** @param name of the operation, which is in the path of each of its requests. */
export function draw(name: string, random: Random, targets: Targets): Operation {
  const common = {
    ...{ name, key: random.below(2) === 0 ? `chaos-${name}` : null },
    ...({ answer: 'unknown', id: null, cancel: 'no', seen: new Map() } as const),
  }
  const wait = random.of(['', '', '?wait=1', '?wait=30'])
  // What ends a second after it was asked for may have tried nothing by then.
  const deadline = wait === '?wait=1' ? { deadlineMs: 600_000 } : {}
  const labels = { chaos: name }
  const kind = random.below(10)
  if (kind === 0) {
    const paths = Array.from({ length: 1 + random.below(3) }, (_, i) => `/${name}/${i}`)
    const side = { kind: 'Ingress', name: 'old', addresses: at({ address: '127.0.0.1', port: targets.pod }) }
    const target = { manifests: [compared, ingress('old', paths)] }
    // Three times to either side, and once more what each router answers by itself.
    const tries = (paths.length + 1) * 2 * 3
    return {
      ...common,
      ...{ path: `/v1/compare${wait}`, read: '/v1/compares/', jobs: 1, verdict: 'pass', tries },
      body: JSON.stringify({ target, left: side, right: side, labels, ...deadline }),
    }
  }
  const fails = random.below(4) === 0
  const addresses = random.of([0, 0, 3, 20])
  const samples = random.of([1, 1, 3])
  const rest = {
    ...{ labels, samples, ...deadline },
    paths: { include: ['ClusterIP', 'ExternalIP'] },
    checks: [{ name: 'home', type: 'http', path: `/${name}` }],
    timeoutMs: 20_000,
  }
  const made = { ...common, verdict: fails ? 'fail' : 'pass', tries: (1 + addresses) * samples } as const
  const port = fails ? targets.closed : targets.pod
  if (kind === 1) {
    const target = { manifests: NAMES.map((one) => named(one, port, addresses)) }
    const body = JSON.stringify({ target, ...rest })
    return { ...made, path: `/v1/batches${wait}`, read: '/v1/batches/', jobs: NAMES.length, body }
  }
  const target = { manifests: [named(random.of(NAMES), port, addresses)] }
  return { ...made, path: `/v1/jobs${wait}`, read: '/v1/jobs/', jobs: 1, body: JSON.stringify({ target, ...rest }) }
}
