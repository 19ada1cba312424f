import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobDocument } from '../../src/report/job-document.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read } from '../support/read.ts'
import { type Listening, meetAll, startAll } from './meet.ts'
import { TARGETS } from './targets.ts'

let api: TestPortolan
let listening: readonly Listening[] = []
beforeAll(async () => {
  ;[api, listening] = await Promise.all([startTestPortolan(), startAll()])
})
afterAll(async () => {
  await api.close()
  await Promise.all(listening.map(({ started }) => started.close()))
})

it('there are 60 hostile targets or more, each by its own name', () => {
  expect(new Set(TARGETS.map(({ name }) => name)).size).toBe(TARGETS.length)
  expect(TARGETS.length).toBeGreaterThanOrEqual(60)
})

it('each ends with the code that says what it did, whatever the others do meanwhile', async () => {
  const ask = async (path: string, json: object) => read<JobDocument>(await api.call(path, { json }))
  const met = await meetAll(ask, listening, 12)
  expect(met.filter(({ isRight }) => !isRight)).toEqual([])
})
