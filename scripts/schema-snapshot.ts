/**
 * Writes a snapshot of the present schema with data in every table, made by a real run on loopback, for
 * `test/api/upgrade.test.ts`: a database that later migrations are tested on, and what the API answered from it. The
 * snapshot is named after the last migration and is written once; a snapshot is never made anew, because its worth is
 * that an older build wrote it. Make one with each release that follows a migration.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { systemClock, toInstant } from '../src/lib/clock.ts'
import { createLog } from '../src/lib/log.ts'
import { readConfig } from '../src/runtime/node/config.ts'
import { startPortolan } from '../src/runtime/node/server.ts'
import { MIGRATIONS } from '../src/store/migrations.ts'
import { proberWith } from '../test/support/prober.ts'
import { refusedPort, serve, serveHttp } from '../test/support/servers.ts'
import { type Answers, AUTHORIZED, BREAKPOINT, MADE_AT_MS, SETTINGS, SNAPSHOTS } from '../test/support/snapshots.ts'
import { toadService } from '../test/support/toad.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const LAST = MIGRATIONS.at(-1)?.name.replace(/\.sql$/, '') ?? ''

type Json = Record<string, unknown>

let [fromMs, setAtMs] = [MADE_AT_MS, systemClock.monotonic()]
const clock = { ...systemClock, now: () => Math.floor(fromMs + systemClock.monotonic() - setAtMs) }
const setClock = (ms: number): void => {
  ;[fromMs, setAtMs] = [ms, systemClock.monotonic()]
}

const open = (file: string) =>
  startPortolan(readConfig({ ...SETTINGS, PORTOLAN_PORT: '0', PORTOLAN_DATABASE: file }), {
    clock,
    createProber: proberWith(clock),
    log: createLog('warn', (line) => process.stderr.write(`${line}\n`), Date.now),
  })

/** Asks a Portolan; throws unless it answers well. */
const asker =
  (url: string) =>
  async (path: string, json?: Json, init: RequestInit = {}): Promise<Json & { id: string }> => {
    const headers = {
      ...AUTHORIZED,
      'content-type': 'application/json',
      ...Object.fromEntries(new Headers(init.headers)),
    }
    const body = json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }
    const response = await fetch(url + path, { ...body, ...init, headers })
    const text = await response.text()
    if (!response.ok) {
      throw new Error(`${path}: ${response.status} ${text}`)
    }
    return text === '' ? { id: '' } : JSON.parse(text)
  }

type Ask = ReturnType<typeof asker>

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) {
    await systemClock.sleep(50)
  }
}

const SECRET = { authorization: 'Bearer of-the-snapshot' }
const CHECKS = [
  { name: 'home', type: 'http', headers: SECRET, expect: { failIfBodyNotMatchesRegexp: ['^hello'] } },
  { name: 'port', type: 'tcp' },
]

const jobOf = (service: string, port: number, extra: Json = {}): Json => ({
  target: { manifests: [{ ...toadService(port), metadata: { name: service, namespace: 'default' } }] },
  paths: { include: ['ClusterIP'] },
  checks: CHECKS,
  ...extra,
})

type Ports = { well: number; silent: number; refused: number; other: number }

/** Runs jobs of several weeks: one so old that retention takes its results, a failure that ends, and one that lasts. */
async function runJobs(ask: Ask, ports: Ports, fail: (fails: boolean) => void): Promise<Answers['replay']> {
  const run = (atMs: number, json: Json, init: RequestInit = {}) => {
    setClock(atMs)
    return ask('/v1/jobs?wait=20', json, init)
  }
  await run(MADE_AT_MS - 40 * DAY, jobOf('toad', ports.well))
  for (const [hours, fails] of [
    [47, false],
    [30, true],
    [29, true],
    [3, false],
  ] as const) {
    fail(fails)
    await run(MADE_AT_MS - hours * HOUR, jobOf('toad', ports.well, { samples: 2, retries: { limit: 1, delayMs: 0 } }))
  }
  await run(MADE_AT_MS - 5 * HOUR, jobOf('frog', ports.refused, { labels: { team: 'pond', build: '7' } }))
  await run(MADE_AT_MS - 4 * HOUR, jobOf('moved', ports.well))
  await run(MADE_AT_MS - 3 * HOUR, jobOf('moved', ports.other))
  await run(MADE_AT_MS - 2 * HOUR, jobOf('once', ports.well, { history: false }))
  const json = jobOf('keyed', ports.well)
  const headers = { 'idempotency-key': 'of-the-snapshot' }
  const { id } = await run(MADE_AT_MS - HOUR, json, { headers })
  return { path: '/v1/jobs', json, headers, id }
}

async function runOthers(ask: Ask, ports: Ports): Promise<void> {
  setClock(MADE_AT_MS - HOUR / 2)
  const manifests = ['toad', 'keyed'].map((name) => ({
    ...toadService(ports.well),
    metadata: { name, namespace: 'default' },
  }))
  await ask('/v1/batches?wait=20', { target: { manifests }, paths: { include: ['ClusterIP'] }, checks: CHECKS })
  const cancelled = await ask('/v1/jobs', jobOf('cancelled', ports.silent))
  await ask(`/v1/jobs/${cancelled.id}/cancel`, undefined, { method: 'POST' })
  await ask('/v1/schedules', { name: 'to come', cron: '0 0 1 1 *', timeZone: 'UTC', job: jobOf('toad', ports.well) })
  const everySecond = await ask('/v1/schedules', { name: 'ran', cron: '@every 1s', job: jobOf('ran', ports.well) })
  const at = `/v1/schedules/${everySecond.id}`
  await until(async () => (await ask(at)).lastRun !== null)
  await ask(at, { enabled: false }, { method: 'PATCH', headers: { 'if-match': '*' } })
  for (const status of ['queued', 'running']) {
    await until(async () => ((await ask(`/v1/jobs?status=${status}`)).items as unknown[]).length === 0)
  }
}

/** Reads everything that the lists lead to. */
async function readAll(ask: Ask): Promise<Record<string, unknown>> {
  const read: Record<string, unknown> = {}
  const keep = async (path: string): Promise<Json[]> => {
    const answer = await ask(path)
    read[path] = answer
    return Array.isArray(answer.items) ? answer.items : []
  }
  for (const service of ['toad', 'frog', 'moved', 'once', 'keyed', 'cancelled', 'ran']) {
    for (const { id } of await keep(`/v1/jobs?service=${service}&limit=200`)) {
      await keep(`/v1/jobs/${id}`)
    }
  }
  await keep('/v1/jobs?label=team%3Dpond')
  for (const { id } of await keep('/v1/batches')) {
    await keep(`/v1/batches/${id}`)
  }
  for (const { id } of await keep('/v1/schedules')) {
    await keep(`/v1/schedules/${id}`)
    await keep(`/v1/schedules/${id}/jobs`)
  }
  const window = `from=${toInstant(MADE_AT_MS - 60 * DAY)}&to=${toInstant(MADE_AT_MS)}`
  for (const { target } of await keep(`/v1/services?${window}`)) {
    const { namespace, service } = target as { namespace: string; service: string }
    const at = `/v1/services/${namespace}/${service}`
    await keep(`${at}?${window}`)
    for (const what of ['results?', 'series?step=1d&', 'incidents?', 'report?']) {
      await keep(`${at}/${what}${window}`)
    }
  }
  await keep(`/v1/report?${window}`)
  return read
}

/** Leaves the job as a runner leaves it that is gone, with the parts that only several runners of a Worker have. */
function addParts(file: string): void {
  const client = new Database(file)
  const no = `(select no from jobs where service = 'unfinished')`
  client.exec(`update jobs set status = 'running', started_at_ms = created_at_ms, deadline_at_ms = created_at_ms + deadline_ms,
      lease_owner = 'gone', lease_token = lease_token + 1, lease_until_ms = created_at_ms where no = ${no};
    insert into job_chunks (job_no, chunk, done, lease_token) values (${no}, 0, 0, 0)`)
  client.close()
}

function dump(file: string): string {
  const client = new Database(file, { readonly: true })
  const made = client
    .prepare<[], { type: string; name: string; sql: string }>(
      `select type, name, sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by rowid`,
    )
    .all()
  const tables = made.filter(({ type }) => type === 'table')
  // Rows that other rows refer to come first.
  const ordered = tables.toSorted((a, b) => Number(/references/i.test(a.sql)) - Number(/references/i.test(b.sql)))
  const rows = ordered.flatMap(({ name }) => {
    const columns = client.prepare<[], { name: string }>(`select name from pragma_table_info('${name}')`).all()
    const names = columns.map((column) => `"${column.name}"`)
    const values = names.map((column) => `quote(${column})`).join(` || ', ' || `)
    const found = client.prepare<[], { row: string }>(`select ${values} as row from ${name}`).all()
    if (found.length === 0) {
      throw new Error(`no row of ${name}: the run must make one`)
    }
    return found.map(({ row }) => `INSERT INTO \`${name}\` (${names.join(', ')}) VALUES (${row})`)
  })
  client.close()
  return `${[...made.map((each) => each.sql), ...rows].join(`;\n${BREAKPOINT}\n`)};\n`
}

/** Writes each answer on a line of its own, so that it can be found. */
const lines = ({ read, ...others }: Answers): string => {
  const entries = Object.entries(read).map(([path, answer]) => `${JSON.stringify(path)}:${JSON.stringify(answer)}`)
  return `{"read":{\n${entries.join(',\n')}\n},${JSON.stringify(others).slice(1)}`
}

async function main(): Promise<void> {
  const folder = join(SNAPSHOTS, LAST)
  if (existsSync(folder)) {
    throw new Error(`${LAST} has its snapshot, which is never made anew`)
  }
  const scratch = mkdtempSync(join(tmpdir(), 'portolan-snapshot-'))
  const file = join(scratch, 'portolan.db')
  let fails = false
  const [well, other, silent, refused] = await Promise.all([
    serveHttp((_request, response) => {
      response.writeHead(fails ? 503 : 200, { 'content-type': 'text/plain' })
      response.end('hello')
    }),
    serveHttp((_request, response) => response.end('hello')),
    serve(() => undefined),
    refusedPort(),
  ])
  try {
    const ports = { well: well.port, other: other.port, silent: silent.port, refused }
    setClock(MADE_AT_MS - 40 * DAY)
    const first = await open(file)
    const replay = await runJobs(asker(first.url), ports, (value) => {
      fails = value
    })
    await runOthers(asker(first.url), ports)
    await first.close()

    setClock(MADE_AT_MS)
    const second = await open(file)
    const look = new Database(file, { readonly: true })
    await until(() => look.prepare('select 1 from retained').get() !== undefined)
    look.close()
    const unfinished = await asker(second.url)('/v1/jobs', jobOf('unfinished', silent.port, { history: false }))
    const read = await readAll(asker(second.url))
    await second.close()
    addParts(file)

    mkdirSync(folder, { recursive: true })
    const answers: Answers = { read, replay, unfinished: unfinished.id }
    writeFileSync(join(folder, 'database.sql'), dump(file))
    writeFileSync(join(folder, 'answers.json'), `${lines(answers)}\n`)
    console.log(`${folder}: ${Object.keys(read).length} answers`)
  } finally {
    await Promise.all([well.close(), other.close(), silent.close()])
    rmSync(scratch, { recursive: true, force: true })
  }
}

await main()
