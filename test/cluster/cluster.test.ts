import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'
import { PROXY_MODES } from './proxies.ts'
import { sceneOf } from './scene.ts'
import { confinementTests } from './suite/confinement.ts'
import { dnsTests } from './suite/dns.ts'
import { familyTests } from './suite/families.ts'
import { faultTests } from './suite/faults.ts'
import { gatewayTests } from './suite/gateway.ts'
import { healthyTests } from './suite/healthy.ts'
import { ingressTests } from './suite/ingress.ts'
import { injectorTests } from './suite/injectors.ts'
import { kindTests } from './suite/kinds.ts'
import { liveTests } from './suite/live.ts'
import { modeTests } from './suite/modes.ts'
import { outsideTests } from './suite/outside.ts'
import { triesTests } from './suite/tries.ts'

/** Both; or the one that is asked for. */
const MODES = PROXY_MODES.filter((mode) => (process.env.CLUSTER_PROXY ?? mode) === mode)

let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster(sceneOf(), { network: process.env.CLUSTER_NETWORK === 'overlay' ? 'overlay' : 'routed' })
})
afterEach(() => cluster?.repair())
afterAll(() => cluster?.stop())

confinementTests()

describe('Gateway API', () => {
  beforeAll(() => cluster.useProxy(MODES[0] ?? 'nftables'))

  gatewayTests(() => cluster)
})

describe.each(MODES)('with kube-proxy in %s mode', (mode) => {
  beforeAll(() => cluster.useProxy(mode))

  modeTests(() => cluster, mode)
  healthyTests(() => cluster)
  faultTests(() => cluster)
  injectorTests(() => cluster)
  kindTests(() => cluster)
  familyTests(() => cluster)
  dnsTests(() => cluster)
  ingressTests(() => cluster)
  outsideTests(() => cluster)
  triesTests(() => cluster)
  liveTests(() => cluster)
})
