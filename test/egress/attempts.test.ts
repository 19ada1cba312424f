/**
 * Attempts to have Portolan reach what it must not: every way that dials, at every kind of forbidden address. Each way and
 * each address is first seen to arrive under a policy that lifts everything, so that a zero says something.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { countedOnce, packetsOut } from '../support/no-way-out.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read, readJob } from '../support/read.ts'
import { BY_SYSTEM, holding, scheduled, WAYS, type Way, waiting } from './ways.ts'
import { makeWorld, POLICIES, type Target, type World } from './world.ts'

/** So many the issue wants at least. */
const LEAST = 300

let world: World
let out: number
const servers: TestPortolan[] = []

const start = async (policy: keyof typeof POLICIES, settings: Record<string, string>): Promise<TestPortolan> => {
  const server = await startTestPortolan({
    ...POLICIES[policy],
    ...settings,
    PORTOLAN_RATE_LIMIT_ADDRESS: 'off',
    PORTOLAN_RATE_LIMIT_REQUESTS: 'off',
    PORTOLAN_RATE_LIMIT_FAILURES: 'off',
    PORTOLAN_RATE_LIMIT_TRIES: 'off',
    PORTOLAN_RATE_LIMIT_JOBS: 'off',
  })
  servers.push(server)
  return server
}

beforeAll(async () => {
  world = await makeWorld()
  out = await countedOnce()
})
/** Whatever was attempted: nothing has left. */
afterEach(() => expect(packetsOut() - out).toBe(0))
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()))
  await world?.close()
})

type Made = { way: string; target: string; arrived: number; status: number; text: string }

/** Of one way at once at different addresses, so that what arrives is known to be of this one. */
async function attempts(api: TestPortolan, ways: readonly Way[]): Promise<Made[]> {
  const all: Made[] = []
  for (const way of ways) {
    for (const wave of wavesOf(world.targets.filter((each) => isMeantFor(way, each)))) {
      const make = async (target: Target) => {
        const before = world.arrived(target.at)
        const { status, text } = await way.attempt(api, target, world)
        return { way: way.name, target: target.name, arrived: world.arrived(target.at) - before, status, text }
      }
      all.push(...(await Promise.all(wave.map(make))))
    }
  }
  return all
}

/** The first of each address, then the second of each. */
function wavesOf(targets: readonly Target[]): Target[][] {
  const waves: Target[][] = []
  for (const target of targets) {
    const wave = waves.find((each) => each.every(({ at }) => at !== target.at))
    if (wave === undefined) {
      waves.push([target])
    } else {
      wave.push(target)
    }
  }
  return waves
}

const isMeantFor = ({ isMeantFor: test }: Way, target: Target) => test === undefined || test(target)

const whoseNothing = (all: readonly Made[], by: 'way' | 'target'): string[] =>
  [...Map.groupBy(all, (made) => made[by])].flatMap(([of, made]) =>
    made.some(({ arrived }) => arrived > 0) ? [] : [of],
  )

const whatArrived = (all: readonly Made[]) => all.filter(({ arrived }) => arrived > 0)

/** Makes the attempts under the policy that lifts everything, and under the one that does not; all must be able to arrive. */
async function hold(what: string, ways: readonly Way[], settings: Record<string, string>): Promise<number> {
  const lifted = await attempts(await start('lifted', settings), ways)
  const before = world.arrived()
  const forbidden = await attempts(await start('forbidding', settings), ways)
  console.log(
    `${what}: ${forbidden.length} attempts, ${whatArrived(forbidden).length} arrived; with the policy lifted ${whatArrived(lifted).length} did`,
  )
  if (process.env.EGRESS_REPORT) {
    writeFileSync(join(process.env.EGRESS_REPORT, `${what}.json`), JSON.stringify({ lifted, forbidden }, null, 1))
  }
  expect(whoseNothing(lifted, 'way'), 'ways that cannot fail').toEqual([])
  expect(whoseNothing(lifted, 'target'), 'addresses that cannot be reached').toEqual([])
  expect(whatArrived(forbidden)).toEqual([])
  expect(world.arrived()).toBe(before)
  return whatArrived(lifted).length
}

it('reaches no forbidden address in any way, each of which arrives where the policy is lifted', async () => {
  const servers = { PORTOLAN_DNS_SERVERS: world.resolver.server }
  expect(await hold('every way', WAYS, servers)).toBeGreaterThanOrEqual(LEAST)
}, 900_000)

it('reaches none by names that the system resolves', async () => {
  await hold('names of the system', BY_SYSTEM, {})
}, 300_000)

it.each(['lifted', 'forbidding'] as const)(
  'goes by the policy of now in what was accepted under another: %s',
  async (policy) => {
    const folder = mkdtempSync(join(tmpdir(), 'portolan-egress-'))
    const settings = {
      PORTOLAN_DATABASE: join(folder, 'portolan.db'),
      PORTOLAN_CONCURRENCY: '1',
      PORTOLAN_DNS_SERVERS: world.resolver.server,
    }
    const before = world.arrived()
    const first = await start('lifted', settings)
    // It holds the only place, so that nothing is dialled before the restart
    await idOf(first.call('/v1/jobs', { json: holding(world) }))
    const jobs = await Promise.all(
      world.targets.map((target) => idOf(first.call('/v1/jobs', { json: waiting(target) }))),
    )
    const schedules = await Promise.all(
      world.targets.map((target, at) => idOf(first.call('/v1/schedules', { json: scheduled(target, `s${at}`) }))),
    )
    expect(world.arrived()).toBe(before)
    await first.close()

    const second = await start(policy, { ...settings, PORTOLAN_CONCURRENCY: '8' })
    const runs = schedules.map((id) => second.call(`/v1/schedules/${id}/run?wait=20`, { method: 'POST' }))
    const ended = jobs.map((id) => second.call(`/v1/jobs/${id}?wait=60`))
    const documents = (await Promise.all([...runs, ...ended].map(readJob))) as Awaited<ReturnType<typeof readJob>>[]
    const told = documents.flatMap(({ paths }) =>
      paths.flatMap(({ kind, skipped }) => (kind === 'ClusterIP' ? [skipped?.reason ?? null] : [])),
    )
    const arrived = world.arrived() - before
    console.log(`policy of now, ${policy}: ${documents.length} attempts, ${arrived} connections arrived`)
    if (policy === 'forbidding') {
      expect([arrived, new Set(told)]).toEqual([0, new Set(['policy'])])
    } else {
      expect(arrived).toBeGreaterThanOrEqual(documents.length)
    }
  },
  300_000,
)

it('reaches nothing outside of what a token is narrowed to, where the server would dial it', async () => {
  const server = await start('lifted', { ...TOKENS, PORTOLAN_DNS_SERVERS: world.resolver.server })
  const admin = asHolder(server, TOKENS.PORTOLAN_ADMIN_TOKEN)
  // The guide and the resolver are inside
  const json = { name: 'narrow', scopes: ['plan', 'jobs:read', 'jobs:write', 'schedules:read', 'schedules:write'] }
  const made = await read<{ id: string; token: string }>(
    admin.call('/v1/tokens', { json: { ...json, egressOnly: ['10.8.0.0/16'] } }),
  )
  const narrow = asHolder(server, made.token)
  const before = world.arrived()
  const all = await attempts(narrow, WAYS)
  expect(whatArrived(all)).toEqual([])

  // What it has made stays narrowed: its schedules are run by somebody else, and when the token is gone
  const schedules = await Promise.all(
    world.targets.map((target, at) => idOf(narrow.call('/v1/schedules', { json: scheduled(target, `n${at}`) }))),
  )
  const foreign = await Promise.all(
    world.targets.map((target, at) => idOf(admin.call('/v1/schedules', { json: scheduled(target, `a${at}`) }))),
  )
  const run = (by: TestPortolan) => (id: string) =>
    readJob(by.call(`/v1/schedules/${id}/run?wait=20`, { method: 'POST' }))
  const runs = [...(await Promise.all(foreign.map(run(narrow)))), ...(await Promise.all(schedules.map(run(admin))))]
  expect((await admin.call(`/v1/tokens/${made.id}`, { method: 'DELETE' })).ok).toBe(true)
  runs.push(...(await Promise.all(schedules.map(run(admin)))))
  console.log(`narrowed: ${all.length + runs.length} attempts, ${world.arrived() - before} arrived`)
  expect(world.arrived()).toBe(before)
  // The same schedules, made and run by whom nothing narrows, arrive
  await Promise.all(foreign.map(run(admin)))
  expect(world.arrived() - before).toBeGreaterThanOrEqual(foreign.length)
}, 900_000)

const TOKENS = { PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: 'of-the-egress-suite-0123456789' }

const asHolder = (server: TestPortolan, token: string): TestPortolan => ({
  ...server,
  call: (path, init = {}) =>
    server.call(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }),
})

const idOf = async (response: Promise<Response>): Promise<string> => (await read<{ id: string }>(response)).id
