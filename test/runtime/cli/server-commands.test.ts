/** The commands about what a server keeps: report, services, schedules, tokens. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { table } from '../../../src/runtime/cli/table.ts'
import { cliFolder } from '../../support/cli.ts'
import { writeKubeconfig } from '../../support/kubeconfig.ts'
import { liveClusters } from '../../support/live-cluster.ts'
import { loopbackService } from '../../support/loopback-service.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { keeper, refusedPort, serveHttp } from '../../support/servers.ts'

const ADMIN = 'the-administrator-of-this-test'

const { keep, closeAll } = keeper()
const live = liveClusters()
const folder = cliFolder()
let portolan: TestPortolan
let env: Record<string, string>

beforeAll(async () => {
  const well = await keep(serveHttp((_request, response) => response.end('toad')))
  const gone = await refusedPort()
  const { server } = await live.of(
    [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
      JSON.parse(loopbackService(well.port, { labels: { app: 'toad' } })),
      JSON.parse(loopbackService(gone, { name: 'frog', labels: { app: 'frog' } })),
    ],
    { isPlain: false },
  )
  const kubeconfig = writeKubeconfig(folder.cwd, { here: { server, namespace: 'shop' } })
  portolan = await keep(
    startTestPortolan({
      ...{ PORTOLAN_VANTAGE: 'outside', PORTOLAN_KUBECONFIG: kubeconfig },
      ...{ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN },
    }),
  )
  env = { PORTOLAN_SERVER: portolan.url, PORTOLAN_TOKEN: ADMIN }
})
afterAll(async () => {
  await closeAll()
  await live.closeAll()
  folder.remove()
})

const run = (line: string, options = {}) => folder.run(line.split(' '), { env, ...options })

/** Ids and moments are others at each run. */
const masked = (text: string): string =>
  text
    .replaceAll(/\b(job|sch|tok|bat)_[0-9A-Z]{26}\b/g, '$1_…')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, '<instant>')
    .replaceAll(/ {2,}/g, '  ')

const idIn = (text: string): string => /\b(sch|tok|job)_[0-9A-Z]{26}\b/.exec(text)?.[0] ?? ''

describe('without a server', () => {
  it.each([['report'], ['schedules list'], ['tokens list'], ['schedules create toad-svc']])(
    'portolan %s says how one is named, and ends with 2',
    async (line) => {
      expect(await run(line, { env: {} })).toEqual({
        ...{ exitCode: 2, stdout: '' },
        stderr: 'Name the Portolan to ask: --server https://portolan.example, or PORTOLAN_SERVER.\n',
      })
    },
  )

  it('says in one line of one that does not answer', async () => {
    const server = `http://127.0.0.1:${await refusedPort()}`
    const { exitCode, stderr } = await run('schedules list', { env: { PORTOLAN_SERVER: server } })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^.*127\.0\.0\.1.* Is it running, and is its address right\?\n$/)
  })

  it('says of a token that is not taken what to set, and not which it is', async () => {
    const { exitCode, stdout, stderr } = await run('tokens list', { env: { ...env, PORTOLAN_TOKEN: 'another-4711' } })
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(
      / does not take the token: .* Set PORTOLAN_TOKEN, or name a file that holds it by --token-file/,
    )
    expect(stderr).not.toContain('4711')
  })
})

describe('portolan schedules', () => {
  it('creates, lists, runs, pauses, resumes and deletes one, by its id or its name', async () => {
    const made = await run('schedules create toad-svc -n shop --cron @hourly')
    const id = idIn(made.stdout)
    expect(made).toMatchObject({ exitCode: 0, stdout: `${id}\n` })
    expect(masked(made.stderr)).toBe('Made; it runs next at <instant>. portolan schedules run sch_… runs it now.\n')
    expect(masked((await run('schedules list')).stdout)).toBe(
      'ID  NAME  CRON  TARGET  STATE  NEXT RUN (UTC)  LAST VERDICT\n' +
        'sch_…  toad-svc  @hourly  default: shop/toad-svc  runs  <instant>  –\n',
    )
    const ran = await run('schedules run toad-svc')
    expect({ exitCode: ran.exitCode, first: ran.stdout.slice(0, 19) }).toEqual({
      exitCode: 0,
      first: 'PASS  shop/toad-svc',
    })
    expect(await run(`schedules pause ${id}`)).toEqual({ exitCode: 0, stdout: '', stderr: `${id} is paused.\n` })
    expect((await run('schedules get toad-svc')).stdout).toMatch(/^state: +paused$/m)
    expect(masked((await run('schedules resume toad-svc')).stderr)).toBe('sch_… runs next at <instant>.\n')
    expect(JSON.parse((await run('schedules get toad-svc -o json')).stdout)).toMatchObject({ id, enabled: true })
    expect(await run('schedules delete toad-svc')).toMatchObject({ exitCode: 0, stdout: '' })
    expect((await run('schedules list')).stderr).toBe('There are no schedules. portolan schedules create makes one.\n')
  })

  it('ends a run with the exit code of its verdict, or begins it alone', async () => {
    folder.write('frog.yaml', 'name: frog\ncron: "@daily"\njob:\n  target: {service: frog, namespace: shop}\n')
    const id = idIn((await run('schedules create -f frog.yaml --name pond')).stdout)
    expect((await run('schedules run pond')).exitCode).toBe(1)
    const begun = await run('schedules run pond --no-wait')
    expect([begun.exitCode, masked(begun.stdout)]).toEqual([0, 'job_…\n'])
    await run(`schedules delete ${id}`)
  })

  it('says where a file is wrong, and which was meant', async () => {
    folder.write('bad.yaml', 'name: a\ncron: [\n')
    expect(await run('schedules create -f bad.yaml')).toMatchObject({
      ...{ exitCode: 2, stderr: expect.stringMatching(/^bad\.yaml:\d: /) },
    })
    folder.write('odd.yaml', 'name: a\ncron: soon\njob: {target: {service: toad-svc, namespace: shop}}\n')
    expect((await run('schedules create -f odd.yaml')).stderr).toMatch(/cron/)
    await run('schedules create toad-svc -n shop --name harbour')
    expect((await run('schedules get harbuor')).stderr).toBe(
      'There is no schedule "harbuor"; did you mean "harbour"? portolan schedules list shows them.\n',
    )
    const second = idIn((await run('schedules create frog -n shop --name harbour')).stdout)
    expect(masked((await run('schedules pause harbour')).stderr)).toBe(
      'Several are called "harbour". Say which: sch_…, sch_….\n',
    )
    await run(`schedules delete ${second}`)
    await run('schedules delete harbour')
  })
})

describe('portolan report', () => {
  it('prints that of a job again, with its exit code', async () => {
    const checked = await run('check frog -n shop --include LoadBalancer -o json')
    const { id } = JSON.parse(checked.stdout)
    const reported = await run(`report ${id}`)
    expect([reported.exitCode, reported.stdout.slice(0, 15)]).toEqual([1, 'FAIL  shop/frog'])
    expect(JSON.parse((await run(`report ${id} -o json`)).stdout)).toMatchObject({ id, verdict: 'fail' })
    expect((await run(`report ${id} -o tap`)).stdout).toMatch(/^TAP version 14\n/)
  })

  it('prints that of a window: of all Services, of a namespace, of one by its name', async () => {
    const all = await run('report --window 1h')
    expect([all.exitCode, all.stdout.split(' ')[0]]).toEqual([1, 'FAIL'])
    expect(JSON.parse((await run('report -n shop -o json')).stdout)).toMatchObject({ verdict: 'fail' })
    const one = await run('report toad-svc')
    expect([one.exitCode, one.stdout.split('\n')[0]]).toEqual([0, expect.stringContaining('shop/toad-svc')])
    expect((await run('report frog -n shop -o junit')).stdout).toMatch(/^<\?xml/)
    expect((await run('report frog --objective 0')).exitCode).toBe(0)
  })

  it.each([
    ['report toda-svc', /^No Service toda-svc was ever probed; did you mean toad-svc\? /],
    ['report --window 1h --from 2026-01-01T00:00:00Z', /^--window ends now; --from and --to say both ends/],
    ['report --objective 99', /^--objective takes a number from 0 to 1, like 0\.999, not "99"\.$/m],
    ['report job_01KAXW0000EXAMPLE0000000AB', /no job/i],
    ['report -o pdf', /'pdf' is invalid\. Allowed choices are text, json, markdown, junit, csv, tap/],
  ])('says of "%s" what is wrong, and ends with 2', async (line, said) => {
    const { exitCode, stdout, stderr } = await run(line)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(said)
  })
})

describe('portolan services', () => {
  it('lists those of the cluster, from here without verdicts and of a server with them', async () => {
    const port = /\d+\/TCP/g
    const here = await run(`services --kubeconfig ${folder.cwd}/kubeconfig -l app=toad`, { env: {} })
    expect(here.stdout.replace(port, '<port>').replaceAll(/ {2,}/g, '  ')).toBe(
      'NAMESPACE  NAME  TYPE  PORTS  ROUTES\nshop  toad-svc  LoadBalancer  <port>  –\n',
    )
    const there = await run('services -l app=toad')
    expect(masked(there.stdout.replace(port, '<port>'))).toBe(
      'NAMESPACE  NAME  TYPE  PORTS  ROUTES  LAST VERDICT  LAST JOB (UTC)\n' +
        'shop  toad-svc  LoadBalancer  <port>  –  pass  <instant>\n',
    )
    expect(JSON.parse((await run('services -n shop -o json')).stdout).items).toHaveLength(2)
  })

  it('lists what was ever probed, with how available it was', async () => {
    const { stdout } = await run('services --history')
    expect(masked(stdout)).toBe(
      'CLUSTER  NAMESPACE  NAME  STATE  SINCE (UTC)  AVAILABLE  INCIDENTS  LAST JOB (UTC)\n' +
        'default  shop  frog  fail  <instant>  0 %  2 open  <instant>\n' +
        'default  shop  toad-svc  pass  <instant>  100 %  –  <instant>\n',
    )
  })

  it.each([
    [['--history'], {}, /^Name the Portolan that has the history: --server/],
    [['--window', '7d'], null, /^--window is about what was probed before: add --history\.$/m],
    [[], {}, /^No cluster is read: name a kubeconfig by --kubeconfig, or a server/],
  ])('says of %j what is missing', async (words, settings, said) => {
    const { exitCode, stderr } = await folder.run(['services', ...words], { env: settings ?? env })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(said)
  })
})

describe('portolan tokens', () => {
  it('creates one that is all that goes to the standard output, lists it without showing it, and deletes it', async () => {
    const made = await run('tokens create ci --scope jobs:read,jobs:write --scope plan --namespace shop --expires 90d')
    expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^pt_[0-9A-Za-z]{33}\n$/) })
    expect(masked(made.stderr)).toBe(
      'Made tok_…, which expires at <instant>. It is shown only this once: keep it where you keep secrets.\n',
    )
    const token = made.stdout.trim()
    const as = { env: { ...env, PORTOLAN_TOKEN: token } }
    expect((await run('services -n shop', as)).exitCode).toBe(0)
    expect((await run('tokens list', as)).stderr).toMatch(/ does not allow that: .*tokens:write/)
    const listed = await run('tokens list')
    expect(masked(listed.stdout)).toMatch(
      /^tok_… {2}ci {2}pt_\w{5} {2}active {2}jobs:read,jobs:write,plan {2}shop {2}<instant> {2}/m,
    )
    expect(listed.stdout).not.toContain(token)
    const id = idIn(made.stderr)
    expect(await run(`tokens delete ${id}`)).toEqual({ exitCode: 0, stdout: '', stderr: `${id} is revoked.\n` })
    expect((await run('services -n shop', as)).exitCode).toBe(2)
  })

  it.each([
    ['tokens create ci', /required option '--scope <scopes>' not specified/],
    ['tokens create ci --scope jobs:raed', /jobs:r/],
    ['tokens create ci --scope jobs:read --expires soon', /^--expires takes 90s, 15m, 24h or 30d, or an instant like /],
  ])('says of "%s" what is wrong', async (line, said) => {
    const { exitCode, stdout, stderr } = await run(line)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(said)
  })
})

it('what a server says of names cannot move the cursor of a terminal, and columns stay in line', () => {
  const rows = [
    ['\u001b[2Jred', null],
    ['blue', 'x'],
  ]
  expect(table(['NAME', 'B'], rows)).toBe('NAME          B\n\\u{1b}[2Jred  –\nblue          x\n')
})
