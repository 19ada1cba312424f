/**
 * The suites that run on the test server and on a real API server alike.
 *
 * @module
 */
import type { StartCluster } from '../support/cluster.ts'
import { answersSuite } from './answers.ts'
import { readingSuite } from './reading.ts'
import { watchesSuite } from './watches.ts'

export const SUITES: readonly ((start: StartCluster) => void)[] = [answersSuite, watchesSuite, readingSuite]
