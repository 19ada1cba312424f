/**
 * The wall of Services at 1,000 Services × 90 days: the time to the first byte of `/`, beside `/livez` and the answer of
 * the API that it is made from, asked in turn; CPU time of each; bytes, as they are sent with all that the page loads; and
 * what the same statements read, as D1 counts rows. `npm run bench:pages [-- rounds]`
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { getPlatformProxy } from 'wrangler'
import { startTestPortolan } from '../test/support/portolan.ts'
import { seedThousand } from '../test/support/thousand.ts'

const ROUNDS = Number(process.argv[2] ?? 200)
/** Besides its ClusterIP each Service has so many. */
const WAYS = 11
const AIMS = { firstByteMs: 50, kb: 60 }
const TOKEN = 'the-admin-token-of-this-bench'

const HTML = { accept: 'text/html' }
const WALL = '/v1/services?sort=problems&days=90&window=90d&totals=true'
const ASKED: Readonly<Record<string, { path: string; headers: Record<string, string> }>> = {
  'GET /livez': { path: '/livez', headers: {} },
  'GET /v1/services?sort=problems': { path: '/v1/services?sort=problems', headers: {} },
  'GET /v1/services, all that the page asks for': { path: WALL, headers: {} },
  'GET /': { path: '/', headers: HTML },
  'GET /?q=77': { path: '/?q=77', headers: HTML },
  'GET /?verdict=pass, its last page': { path: '/?verdict=pass', headers: HTML },
}

type Asked = { text: string; params: readonly unknown[] }
let recording: Asked[] | null = null

/** Before the server starts, which takes what statements can from here and keeps it. */
function watchStatements(): void {
  const statement = new Database(':memory:').prepare('select 1')
  const prototype: Record<string, (...params: unknown[]) => unknown> = Object.getPrototypeOf(statement)
  for (const name of ['all', 'get', 'run']) {
    const call = prototype[name]
    prototype[name] = function (this: { source: string }, ...params: unknown[]) {
      recording?.push({ text: this.source, params })
      return call?.apply(this, params)
    }
  }
}
watchStatements()

const folder = mkdtempSync(join(tmpdir(), 'portolan-bench-pages-'))
const file = join(folder, 'portolan.db')
// Its own process has the database, and nothing of another's load but the CPU.
const api = await startTestPortolan({
  PORTOLAN_DATABASE: file,
  PORTOLAN_ADMIN_TOKEN: TOKEN,
  PORTOLAN_AUTH: 'tokens',
  PORTOLAN_LOG_LEVEL: 'error',
})
const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(api.url + path, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } })

const fromMs = performance.now()
await seedThousand(file, Date.now(), WAYS)
console.log(
  `1,000 Services of ${WAYS + 1} paths, 90 days: made in ${((performance.now() - fromMs) / 1000).toFixed(0)} s`,
)

/** The address of the last page of what passes, by its links. */
async function lastPage(path: string): Promise<string> {
  const [, next] = /href="([^"]+)">Next page/.exec(await (await ask(path, HTML)).text()) ?? []
  return next === undefined ? path : lastPage(next.replaceAll('&amp;', '&'))
}

async function measure(): Promise<void> {
  const asked = Object.entries(ASKED).map(([name, of]) => ({ name, ...of, firstMs: [] as number[], cpuMs: 0 }))
  for (const each of asked) {
    each.path = each.name.endsWith('its last page') ? await lastPage(each.path) : each.path
  }
  for (let round = -10; round < ROUNDS; round++) {
    for (const each of asked) {
      const cpu = process.cpuUsage()
      const atMs = performance.now()
      const response = await ask(each.path, each.headers)
      const firstMs = performance.now() - atMs
      await response.arrayBuffer()
      if (!response.ok) {
        throw new Error(`${each.path}: ${response.status}`)
      }
      if (round >= 0) {
        const { user, system } = process.cpuUsage(cpu)
        each.firstMs.push(firstMs)
        each.cpuMs += (user + system) / 1000
      }
    }
  }
  console.log(`\nfirst byte, ms: median and p95 of ${ROUNDS}, with the client in the same process; CPU ms of a request`)
  for (const { name, firstMs, cpuMs } of asked) {
    const [median, p95] = [0.5, 0.95].map((share) => firstMs.toSorted((a, b) => a - b)[Math.floor(share * ROUNDS)] ?? 0)
    const aim =
      name.startsWith('GET /v1') || name === 'GET /livez'
        ? ''
        : `  aim ${AIMS.firstByteMs}: ${verdict((median ?? 0) <= AIMS.firstByteMs)}`
    console.log(
      `${name.padEnd(46)}${[median, p95, cpuMs / ROUNDS].map((ms) => (ms ?? 0).toFixed(1).padStart(8)).join('')}${aim}`,
    )
  }
}

const verdict = (met: boolean): string => (met ? 'met' : 'MISSED')

/** The page with all that it loads, each compressed by itself. */
async function weigh(): Promise<void> {
  const html = await (await ask('/', HTML)).text()
  const loaded = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
  const texts: [string, string][] = [['/', html]]
  for (const path of loaded) {
    texts.push([path.replace(/\?.*/, ''), await (await ask(path)).text()])
  }
  const sizes = texts.map(([path, text]) => ({ path, plain: text.length, gzip: gzipSync(text).length }))
  const sum = sizes.reduce((total, { gzip }) => total + gzip, 0) / 1000
  console.log(`\nkB, plain and gzip: ${sum.toFixed(1)} in all (aim ${AIMS.kb}: ${verdict(sum <= AIMS.kb)})`)
  for (const { path, plain, gzip } of sizes) {
    console.log(`${path.padEnd(30)}${(plain / 1000).toFixed(1).padStart(8)}${(gzip / 1000).toFixed(1).padStart(8)}`)
  }
}

/** The statements that requests lead to, with their parameters, in their order. */
async function statementsOf(act: () => Promise<unknown>): Promise<Asked[]> {
  const asked: Asked[] = []
  recording = asked
  try {
    await act()
  } finally {
    recording = null
  }
  return asked
}

/** D1 on a copy of the file: it counts the rows that a statement has read and written. */
async function openD1() {
  const path = join(folder, 'd1')
  const open = () => getPlatformProxy<{ DB: import('@cloudflare/workers-types').D1Database }>({ persist: { path } })
  const first = await open()
  await first.env.DB.prepare('select 1').all()
  await first.dispose()
  const inside = join(path, 'd1', 'miniflare-D1DatabaseObject')
  const name = readdirSync(inside).find((each) => each.endsWith('.sqlite') && !each.startsWith('metadata')) ?? ''
  for (const end of ['', '-wal', '-shm']) {
    rmSync(join(inside, name + end), { force: true })
  }
  const copy = new Database(file)
  copy.exec(`vacuum into '${join(inside, name)}'`)
  copy.close()
  const { env, dispose } = await open()
  return {
    async run({ text, params }: Asked) {
      return (
        await env.DB.prepare(text)
          .bind(...params)
          .all()
      ).meta
    },
    close: dispose,
  }
}

async function countRows(): Promise<void> {
  const d1 = await openD1()
  console.log('\nwhat D1 reads for it: queries, rows read, rows written')
  for (const [name, { path, headers }] of Object.entries(ASKED).slice(1)) {
    const asked = await statementsOf(async () => (await ask(path, headers)).arrayBuffer())
    let [read, written] = [0, 0]
    for (const each of asked) {
      const meta = await d1.run(each)
      read += meta.rows_read
      written += meta.rows_written
      if (process.env.BENCH_STATEMENTS !== undefined) {
        console.log(`  ${meta.rows_read} rows: ${each.text.replaceAll(/\s+/g, ' ').slice(0, 150)}`)
      }
    }
    console.log(`${name.padEnd(46)}${[asked.length, read, written].map((n) => String(n).padStart(8)).join('')}`)
  }
  await d1.close()
}

try {
  await weigh()
  await measure()
  await countRows()
} finally {
  await api.close()
  rmSync(folder, { recursive: true, force: true })
}
