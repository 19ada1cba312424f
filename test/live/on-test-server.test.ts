import { describe } from 'vitest'
import { SUITES } from './suite/all.ts'
import { startTestServer } from './support/cluster.ts'

describe('the test server', () => {
  for (const suite of SUITES) {
    suite(startTestServer)
  }
})
