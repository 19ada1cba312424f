import { describe } from 'vitest'
import { SUITES } from './suite/all.ts'
import { realPrograms, startKubeApiServer } from './support/kube-apiserver.ts'

const programs = realPrograms()

describe('a real API server', () => {
  for (const suite of SUITES) {
    suite(() => {
      if (!programs) {
        throw new Error('KUBE_APISERVER and ETCD name no programs')
      }
      return startKubeApiServer(programs)
    })
  }
})
