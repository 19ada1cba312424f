/** The proxy of the test cluster, asked what the conformance suite of Gateway API asks: it routes as it must. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Program, startProgram } from '../../support/program.ts'
import { configuration } from '../render/gateway/haproxy.ts'
import { type Answer, ask } from './ask.ts'
import { type Case, FOLDER, isThere, readTests, type Test } from './cases.ts'
import { startEcho } from './echo.ts'
import { DRAWS, judge, judgeShares } from './judge.ts'
import { LIMITS } from './limits.ts'
import { type Files, makeFiles, makeWorlds, type World } from './worlds.ts'

/** So many requests are under way at once. */
const AT_ONCE = 12

type Row = { test: Test; asked: Case; outcome: 'passed' | 'failed' | 'not supported' | 'unjudged'; why: string }

describe.skipIf(!isThere())(`the conformance suite in ${FOLDER}`, () => {
  const stops: (() => Promise<unknown>)[] = []
  const rows: Row[] = []

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
    const files = await makeFiles(join(folder, 'secrets'))
    const tests = readTests()
    const { worlds, pods } = makeWorlds(tests, files)
    stops.push(await startEcho(pods))
    const proxy = await startProxy(folder, worlds)
    stops.push(proxy.stop)
    rows.push(...(await askAll(worlds, files)))
    const judged = new Set(rows.map(({ asked }) => asked))
    for (const test of tests) {
      const left = test.cases.filter((each) => !judged.has(each))
      rows.push(
        ...left.map((asked) => ({
          test,
          asked,
          outcome: 'unjudged' as const,
          why: 'the change before it is not in the data',
        })),
      )
    }
    print(rows)
  })
  afterAll(() => Promise.all(stops.map((stop) => stop())))

  it('gets what it must for every request that HAProxy can route', () => {
    expect(rows.filter(({ outcome }) => outcome === 'failed').map(lineOf)).toEqual([])
    expect(rows.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(200)
  })
})

async function startProxy(folder: string, worlds: readonly World[]): Promise<Program> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'haproxy.cfg')
  writeFileSync(file, configuration(...worlds.map(({ section }) => section)))
  execFileSync('haproxy', ['-c', '-q', '-f', file], { stdio: 'inherit' })
  return startProgram('haproxy', ['-W', '-db', '-f', file], /Loading success/)
}

async function askAll(worlds: readonly World[], files: Files): Promise<Row[]> {
  const waiting = worlds.flatMap((world) => world.cases.map((asked) => ({ world, asked })))
  const rows: Row[] = []
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      rows.push(await rowOf(next.world, next.asked, files))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return rows
}

async function rowOf(world: World, asked: Case, files: Files): Promise<Row> {
  const { test } = world
  const limit = LIMITS.find(({ holds }) => holds(asked, test))
  if (limit !== undefined) {
    return { test, asked, outcome: 'not supported', why: limit.reason }
  }
  const flaws = await flawsOf(world, asked, files)
  return { test, asked, outcome: flaws.length === 0 ? 'passed' : 'failed', why: flaws.join('; ') }
}

async function flawsOf(world: World, { gateway, request, expect }: Case, files: Files): Promise<string[]> {
  const address = world.address(gateway)
  if (address === null) {
    return [`there is no Gateway ${gateway.name}`]
  }
  const client = request.clientCertificate === undefined ? null : files.credentials(request.clientCertificate.name)
  if (expect.outcome !== 'weighted') {
    return judge(request, expect, await ask(address, request, client))
  }
  const answers: Answer[] = []
  for (let draw = 0; draw < DRAWS; draw++) {
    answers.push(await ask(address, request, client))
  }
  return judgeShares(
    expect.weights ?? {},
    answers.map(({ echo }) => echo?.pod),
  )
}

const lineOf = ({ test, asked, why }: Row): string => `${test.test}: ${asked.name}: ${why}`

/** Kinds are those of the tests' names. */
function print(rows: readonly Row[]): void {
  const outcomes = ['passed', 'failed', 'not supported', 'unjudged'] as const
  const lines = [...Map.groupBy(rows, ({ test }) => test.kind)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([kind, of]) =>
        `${kind}: ${outcomes.map((each) => `${of.filter(({ outcome }) => outcome === each).length} ${each}`).join(', ')}`,
    )
  const reasons = [
    ...Map.groupBy(
      rows.filter(({ outcome }) => outcome === 'not supported' || outcome === 'unjudged'),
      ({ why }) => why,
    ),
  ].map(([why, of]) => `${of.length} not judged: ${why}`)
  console.log([...lines, ...reasons].join('\n'))
}
