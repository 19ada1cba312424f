import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cliFolder } from '../../support/cli.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { toadService } from '../../support/toad.ts'

const TOKEN = 'a-token-for-applying-schedules'
let api: TestPortolan
const folder = cliFolder()

beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_ADMIN_TOKEN: TOKEN, PORTOLAN_AUTH: 'tokens' })
})
afterAll(async () => {
  await api.close()
  folder.remove()
})

const authorization = `Bearer ${TOKEN}`
const call = (path: string, init: Parameters<TestPortolan['call']>[1] = {}) =>
  api.call(path, { ...init, headers: { authorization, ...(init.headers as Record<string, string>) } })

const apply = (args: readonly string[] = [], env: Record<string, string> = {}) =>
  folder.run(['apply', ...args], { env: { PORTOLAN_SERVER: api.url, PORTOLAN_TOKEN: TOKEN, ...env } })
/** The same as a program reads it. */
async function applied(args: readonly string[] = [], env: Record<string, string> = {}) {
  const { exitCode, stdout } = await apply(['-o', 'json', ...args], env)
  const { plan, done, problem } = JSON.parse(stdout)
  return {
    ...{ exitCode, problem },
    plan: plan.map((step: { do: string; name: string }) => [step.do, step.name]),
    done: done.map(({ did, name }: { did: string; name: string }) => [did, name]),
    ids: Object.fromEntries(done.map(({ name, id }: { name: string; id: string }) => [name, id])),
  }
}

const work = (port: number, extra: Record<string, unknown> = {}) => ({
  target: { manifests: [toadService(port)] },
  ...extra,
})
const schedule = (name: string, extra: Record<string, unknown> = {}) => ({
  ...{ name, cron: '@daily', enabled: false, job: work(80) },
  ...extra,
})
const write = (...schedules: readonly unknown[]) => folder.write('file.yaml', JSON.stringify({ schedules }))

async function all(): Promise<{ id: string; name: string }[]> {
  return ((await (await call('/v1/schedules?limit=200')).json()) as { items: { id: string; name: string }[] }).items
}
const get = async (id: string) => (await call(`/v1/schedules/${id}`)).json() as Promise<Record<string, unknown>>
const change = async (id: string, json: unknown) => {
  const etag = (await call(`/v1/schedules/${id}`)).headers.get('etag') ?? ''
  return call(`/v1/schedules/${id}`, { method: 'PATCH', json, headers: { 'if-match': etag } })
}

beforeEach(async () => {
  for (const { id } of await all()) {
    await call(`/v1/schedules/${id}`, { method: 'DELETE' })
  }
})

describe('portolan apply', () => {
  it('shows what it does, does it, and does nothing when it is applied again', async () => {
    write(schedule('a', { job: work(80, { samples: 2 }) }), schedule('b', { cron: '@hourly' }))
    const first = await apply(['-f', 'file.yaml', '--owner', 'shop'])
    expect({ exitCode: first.exitCode, stderr: first.stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(first.stdout.replace(/sch_\w+/g, 'sch_…')).toBe(`\
file.yaml → ${api.url}, as "shop":
  + create  "a"  @daily
  + create  "b"  @hourly
created   "a"  sch_…
created   "b"  sch_…
2 created.
`)
    const { id } = (await all()).find(({ name }) => name === 'a') ?? { id: '' }
    expect((await get(id)).job).toMatchObject({ samples: 2, labels: { 'portolan.dev/applied-by': 'shop' } })
    const again = await applied(['-f', 'file.yaml', '--owner', 'shop'])
    expect(again).toMatchObject({
      ...{ exitCode: 0, problem: null },
      // The server alone sees manifests
      plan: [
        ['compare', 'a'],
        ['compare', 'b'],
      ],
      done: [
        ['unchanged', 'a'],
        ['unchanged', 'b'],
      ],
    })

    write(schedule('a', { job: work(80, { samples: 3 }), jitterMs: 1000 }), schedule('c'))
    const changed = await apply(['-f', 'file.yaml', '--owner', 'shop'])
    expect(changed.stdout.replace(/sch_\w+/g, 'sch_…')).toBe(`\
file.yaml → ${api.url}, as "shop":
  ~ change  "a"  sch_…
      jitterMs: 0 → 1000
      job.samples: 2 → 3
  + create  "c"  @daily
  ! leave   "b"  sch_… is not in the file; --prune deletes it
changed   "a"  sch_…
created   "c"  sch_…
left      "b"  sch_…
1 created, 1 changed, 1 left.
`)
    // What the file leaves out has its default again
    write(schedule('a'), schedule('c'))
    expect((await applied(['-f', 'file.yaml', '--owner', 'shop'])).done).toContainEqual(['changed', 'a'])
    expect(await get(id)).toMatchObject({ jitterMs: 0, job: { samples: 1 } })
    expect((await all()).map(({ name }) => name).toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('only shows with --dry-run', async () => {
    write(schedule('a'))
    expect(await applied(['-f', 'file.yaml', '--dry-run'])).toMatchObject({
      ...{ exitCode: 0, plan: [['create', 'a']], done: [], problem: null },
    })
    expect(await all()).toEqual([])
  })

  it('deletes with --prune what its owner has made, and nothing of others', async () => {
    write(schedule('a'), schedule('b'))
    await apply(['-f', 'file.yaml', '--owner', 'shop'])
    write(schedule('x'))
    await apply(['-f', 'file.yaml', '--owner', 'pond'])
    await call('/v1/schedules', { json: schedule('by hand') })
    write(schedule('a'))
    expect(await applied(['-f', 'file.yaml', '--owner', 'shop', '--prune'])).toMatchObject({
      plan: [
        ['compare', 'a'],
        ['delete', 'b'],
      ],
      done: [
        ['unchanged', 'a'],
        ['deleted', 'b'],
      ],
    })
    expect((await all()).map(({ name }) => name).toSorted()).toEqual(['a', 'by hand', 'x'])
    const { exitCode, stderr } = await apply(['-f', 'file.yaml', '--prune'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('Say whose: --owner NAME') })
  })

  it('takes over a schedule of the same name with --adopt alone', async () => {
    const { id } = (await (await call('/v1/schedules', { json: schedule('a') })).json()) as { id: string }
    write(schedule('a'), schedule('b'))
    const refused = await apply(['-f', 'file.yaml'])
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      `There is a schedule "a" (${id}) that this owner has not made. --adopt takes it over; or give yours another name.\n`,
    ])
    expect(await all()).toHaveLength(1)
    const { plan, ids } = await applied(['-f', 'file.yaml', '--adopt'])
    expect(plan).toEqual([
      ['change', 'a'],
      ['create', 'b'],
    ])
    expect(ids.a).toBe(id)
  })

  it('leaves it to whoever paused a schedule, unless the file says it', async () => {
    const { enabled: _paused, ...running } = schedule('a')
    write(running)
    const { ids } = await applied(['-f', 'file.yaml'])
    await change(ids.a, { enabled: false })
    expect((await applied(['-f', 'file.yaml'])).done).toEqual([['unchanged', 'a']])
    expect((await get(ids.a)).enabled).toBe(false)
    write({ ...running, enabled: true })
    expect((await applied(['-f', 'file.yaml'])).done).toEqual([['changed', 'a']])
    expect((await get(ids.a)).enabled).toBe(true)
  })

  it('sends secrets of the environment, sees them change, and shows them nowhere', async () => {
    const headers = { authorization: { valueFrom: { env: 'SHOP_TOKEN', prefix: 'Bearer ' } } }
    write(schedule('a', { job: work(80, { checks: [{ type: 'http', name: 'home', headers }] }) }))
    const with_ = (SHOP_TOKEN: string) => apply(['-f', 'file.yaml'], { SHOP_TOKEN })
    const runs = [await with_('hunter22'), await with_('hunter22'), await with_('hunter23'), await with_('hunter23')]
    expect(runs.map(({ stdout }) => /^(\w+) +"a"/m.exec(stdout)?.[1])).toEqual([
      ...['created', 'unchanged', 'changed', 'unchanged'],
    ])
    expect(runs[1]?.stdout).toContain(
      '? compare "a"  nothing that is shown; the server compares headers of home, manifests',
    )
    expect(JSON.stringify(runs) + api.lines.join('\n')).not.toMatch(/hunter2/)
    const unset = await apply(['-f', 'file.yaml'])
    expect([unset.exitCode, unset.stderr]).toEqual([
      2,
      expect.stringMatching(/^file\.yaml:1: .*"SHOP_TOKEN" is not set/),
    ])
  })

  it('makes each schedule once, however many apply at once', async () => {
    write(schedule('a'), schedule('b'))
    const other = (await (
      await call('/v1/tokens', { json: { name: 'other', scopes: ['schedules:read', 'schedules:write'] } })
    ).json()) as { token: string }
    const runs = await Promise.all([
      ...Array.from({ length: 3 }, () => apply(['-f', 'file.yaml'])),
      ...Array.from({ length: 3 }, () => apply(['-f', 'file.yaml'], { PORTOLAN_TOKEN: other.token })),
    ])
    expect((await all()).map(({ name }) => name).toSorted()).toEqual(['a', 'b'])
    // Whoever meets what another does just now says so; whoever was in nobody's way has done it
    for (const { exitCode, stdout, stderr } of runs) {
      expect([exitCode, /; apply again$/m.test(stdout), stderr]).toEqual([exitCode, exitCode === 2, ''])
    }
    expect((await apply(['-f', 'file.yaml'])).exitCode).toBe(0)
  })

  it('makes anew what somebody has deleted, and what has another name by now', async () => {
    write(schedule('a'))
    const { ids } = await applied(['-f', 'file.yaml'])
    await call(`/v1/schedules/${ids.a}`, { method: 'DELETE' })
    const second = await applied(['-f', 'file.yaml'])
    expect(second.done).toEqual([['created', 'a']])
    await change(second.ids.a, { name: 'z' })
    const third = await applied(['-f', 'file.yaml'])
    expect(third.done).toEqual([
      ['created', 'a'],
      ['left', 'z'],
    ])
    expect(new Set([ids.a, second.ids.a, third.ids.a]).size).toBe(3)
  })

  it('changes nothing where anything in the file is wrong, and says where', async () => {
    folder.write(
      'file.yaml',
      `schedules:
  - {name: a, cron: "@daily", job: {target: {manifests: ""}}}
  - name: b
    cron: "* * * *"
    job: {target: {service: toad}, sampels: 2}
  - {name: c, cron: "@daily"}
  - {name: d, cron: "@daily", job: {target: {service: toad}}}
  - {name: d, cron: "@daily", job: {target: {service: toad}}}
  - {name: e, cron: "@daily", job: {target: {service: toad}, labels: {portolan.dev/applied-by: me}}}
`,
    )
    const { exitCode, stderr } = await apply(['-f', 'file.yaml'])
    expect(exitCode).toBe(2)
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^file\.yaml:2: job\.target\.manifests: /),
      expect.stringMatching(/^file\.yaml:4: cron: /),
      expect.stringMatching(/^file\.yaml:5: job\.sampels: /),
      expect.stringMatching(/^file\.yaml:6: job: Give either job or batch/),
      'file.yaml:8: "d" is the name of the one at file.yaml:7 already',
      'file.yaml:9: portolan.dev/applied-by: it is set by --owner',
    ])
    expect(await all()).toEqual([])
  })

  it('says what has been done where the server refuses a part', async () => {
    const impossible = { job: { target: { manifests: [toadService(80)], service: 'frog' } } }
    write(schedule('a'), schedule('b', impossible), schedule('c'))
    const { exitCode, stdout } = await apply(['-f', 'file.yaml'])
    expect(exitCode).toBe(2)
    expect(
      stdout
        .replace(/sch_\w+/g, 'sch_…')
        .split('\n')
        .slice(4),
    ).toEqual([
      'created   "a"  sch_…',
      expect.stringMatching(/^failed {4}"b": .*frog/),
      'created   "c"  sch_…',
      '2 created, 1 failed.',
      '',
    ])
  })

  it('says what has been done where it is stopped', async () => {
    write(schedule('a'), schedule('b'), schedule('c'))
    const stop = new AbortController()
    const env = { PORTOLAN_SERVER: api.url, PORTOLAN_TOKEN: TOKEN }
    const onStdout = (text: string) => text.startsWith('created') && stop.abort(130)
    const { stdout, stderr } = await folder.run(['apply', '-f', 'file.yaml'], { env, signal: stop.signal, onStdout })
    expect([stdout.match(/^created/gm)?.length, stderr]).toEqual([1, 'It was stopped. 2 of 3 have not been done.\n'])
    expect(await all()).toHaveLength(1)
    expect((await applied(['-f', 'file.yaml'])).plan).toEqual([
      ['compare', 'a'],
      ['create', 'b'],
      ['create', 'c'],
    ])
  })

  it('reads a portolan.yaml that it finds, and its list on standard input', async () => {
    const text = 'schedules: [{name: a, cron: "@daily", enabled: false, job: {target: {manifests: ""}}}]'
    folder.write('portolan.yaml', text)
    const refused = await apply()
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/^portolan\.yaml:1: manifests: it says which addresses are dialled\./),
    ])
    folder.write('portolan.yaml', 'checks: []')
    const none = await apply()
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringMatching(/^No file has schedules: /)])
    const env = { PORTOLAN_SERVER: api.url, PORTOLAN_TOKEN: TOKEN }
    const stdin = JSON.stringify([schedule('a')])
    expect((await folder.run(['apply', '-f', '-'], { env, stdin })).stdout).toContain('1 created.')
  })

  it('needs a server', async () => {
    write(schedule('a'))
    const { exitCode, stderr } = await folder.run(['apply', '-f', 'file.yaml'])
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^Name the Portolan to ask: --server/)])
    const gone = await folder.run(['apply', '-f', 'file.yaml', '--server', 'http://127.0.0.1:1'])
    expect([gone.exitCode, gone.stdout]).toEqual([2, ''])
  })
})
