import { afterAll, afterEach, beforeAll } from 'vitest'
import { type Cluster, startCluster } from './cluster.ts'
import { sceneOf } from './scene.ts'
import { faultTests } from './suite/faults.ts'
import { healthyTests } from './suite/healthy.ts'

let cluster: Cluster

beforeAll(async () => {
  cluster = await startCluster(sceneOf())
})
afterEach(() => cluster?.repair())
afterAll(() => cluster?.stop())

healthyTests(() => cluster)
faultTests(() => cluster)
