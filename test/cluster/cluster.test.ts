import { afterAll, afterEach, beforeAll } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'
import { sceneOf } from './scene.ts'
import { confinementTests } from './suite/confinement.ts'
import { dnsTests } from './suite/dns.ts'
import { familyTests } from './suite/families.ts'
import { faultTests } from './suite/faults.ts'
import { healthyTests } from './suite/healthy.ts'
import { ingressTests } from './suite/ingress.ts'
import { kindTests } from './suite/kinds.ts'
import { outsideTests } from './suite/outside.ts'
import { triesTests } from './suite/tries.ts'

let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster(sceneOf())
})
afterEach(() => cluster?.repair())
afterAll(() => cluster?.stop())

confinementTests()
healthyTests(() => cluster)
faultTests(() => cluster)
kindTests(() => cluster)
familyTests(() => cluster)
dnsTests(() => cluster)
ingressTests(() => cluster)
outsideTests(() => cluster)
triesTests(() => cluster)
