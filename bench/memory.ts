/**
 * Measures what the server keeps in memory, by part: idle, and while 200 HTTP paths are tried every second, beside a
 * bare Node process that asks for the same by undici and stores nothing. Then the same load runs within a memory cgroup
 * of 256 MiB. The production bundle has a process of its own, the target another. It prints aims beside the figures and
 * judges nothing. `npm run bench:memory`; it needs a build (the script makes it) and Linux.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/lib/clock.ts'
import { LISTENING, startBundle } from '../test/support/bundle.ts'
import { ADDRESSES, PATHS, triedBy, tryEverySecond } from '../test/support/every-second.ts'
import { GENEROUS } from '../test/support/generous.ts'
import { makeMemoryCgroup } from '../test/support/memory-cgroup.ts'
import { type Measured, type Parts, startMeasured } from './support/memory.ts'
import { startTarget } from './support/target.ts'

const { values: options } = parseArgs({
  options: {
    /** Under load, for the table. 0: no table. */
    seconds: { type: 'string', default: '60' },
    /** Within the cgroup. 0: no such run. */
    minutes: { type: 'string', default: '2' },
  },
})
const SECONDS = Number(options.seconds)
const MINUTES = Number(options.minutes)
const AIMS = { idle: 90, load: 180 }
const LIMIT_MIB = 256
const MIB = 1024 * 1024
/** By then the server is done with what it makes at a start. */
const IDLE_MS = 10_000

const folder = mkdtempSync(join(tmpdir(), 'portolan-bench-'))
const children: ChildProcess[] = []
process.on('exit', () => {
  for (const child of children) {
    child.kill()
  }
  rmSync(folder, { recursive: true, force: true })
})

const ENV = { PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8', PORTOLAN_VANTAGE: 'in-cluster' }

/** Asks each address once a second over a new connection, 64 at once. */
const BARE = (port: number) => `
  import { Client } from 'undici'
  const addresses = ${JSON.stringify(ADDRESSES)}
  const ask = (address) =>
    new Promise((resolve, reject) =>
      new Client('http://' + address + ':${port}').dispatch(
        { path: '/', method: 'GET', reset: true },
        {
          onRequestStart() {}, onResponseStart() {}, onResponseData() {},
          onResponseEnd: resolve, onResponseError: (_, error) => reject(error),
        },
      ),
    )
  process.once('message', () => process.once('message', () => setInterval(async () => {
    const left = [...addresses]
    const work = async () => {
      while (left.length > 0) await ask(left.pop())
    }
    await Promise.all(Array.from({ length: 64 }, work))
  }, 1000)))
  setInterval(() => undefined, 60_000)
  console.error('ready')
`

type Contender = { name: string; start(): Promise<Measured>; load(measured: Measured): Promise<void> }

const row = (name: string, parts: Parts, more = ''): void => {
  const { files, mainHeap, threadHeaps, allocated, rest, all } = parts
  const cells = [files, mainHeap, threadHeaps, allocated, rest, all].map((mib) => mib.toFixed(0).padStart(9))
  console.log(`${name.padEnd(34)}${cells.join('')}${more}`)
}

const aim = (mib: number, least: number): string => `  aim ${least}: ${mib <= least ? 'met' : 'missed'}`

async function table(port: number): Promise<void> {
  const contenders: readonly Contender[] = [
    {
      name: 'bare Node with undici',
      start: () => startMeasured(['--input-type=module', '-e', BARE(port)], /^ready$/),
      load: async ({ child }) => void child.send('load'),
    },
    {
      name: 'portolan',
      start: () =>
        startMeasured(['dist/portolan.cjs', 'serve'], LISTENING, {
          ...ENV,
          ...GENEROUS,
          PORTOLAN_PORT: '0',
          PORTOLAN_DATABASE: join(folder, 'table.db'),
        }),
      load: ({ lines }) => tryEverySecond(LISTENING.exec(lines.join('\n'))?.[1] ?? '', port),
    },
  ]
  console.log(`MiB in memory, node ${process.version}; load: ${PATHS} HTTP paths every second for ${SECONDS} s`)
  console.log(
    `${''.padEnd(34)}${['files', 'main', 'threads', 'malloc', 'rest', 'all'].map((n) => n.padStart(9)).join('')}`,
  )
  for (const { name, start, load } of contenders) {
    const measured = await start()
    children.push(measured.child)
    const aims = name === 'portolan' ? aim : () => ''
    await systemClock.sleep(IDLE_MS)
    const idle = await measured.parts()
    row(`${name}, idle`, idle, aims(idle.all, AIMS.idle))
    await load(measured)
    const beforeMs = measured.cpuMs()
    await systemClock.sleep(SECONDS * 1000)
    const cpu = `  ${((measured.cpuMs() - beforeMs) / SECONDS).toFixed(0)} ms of CPU a second`
    const loaded = await measured.parts()
    row(`${name}, under load`, loaded, `${aims(loaded.all, AIMS.load)}${cpu}`)
    await measured.stop()
  }
}

async function withinLimit(port: number): Promise<void> {
  const cgroup = makeMemoryCgroup(LIMIT_MIB * MIB)
  if ('obstacle' in cgroup) {
    console.log(`\nthe run within ${LIMIT_MIB} MiB is skipped: it needs a memory cgroup (${cgroup.obstacle})`)
    return
  }
  console.log(`\nin a memory cgroup of ${LIMIT_MIB} MiB, MiB: its own, and charged with pages of files`)
  const portolan = await startBundle(ENV, cgroup.within)
  children.push(portolan.program.process)
  await tryEverySecond(portolan.url, port)
  let mostOwn = 0
  for (let seconds = 1; seconds <= MINUTES * 60 && portolan.program.process.exitCode === null; seconds++) {
    await systemClock.sleep(1000)
    const { own, charged } = cgroup.figures()
    mostOwn = Math.max(mostOwn, own)
    if (seconds % (MINUTES > 5 ? 300 : 30) === 0) {
      console.log(
        `${String(seconds).padStart(6)} s ${[own, charged].map((b) => (b / MIB).toFixed(0).padStart(6)).join('')}`,
      )
    }
  }
  const { own, charged, most, killed } = cgroup.figures()
  const { jobs, passed, failed, errors, notPassed } = triedBy(portolan.program.lines)
  const ended = await portolan.stop()
  const mib = (bytes: number): string => (bytes / MIB).toFixed(0)
  console.log(`its own at the end ${mib(own)}, at most ${mib(mostOwn)}; charged ${mib(charged)}, at most ${mib(most)}`)
  console.log(`${killed} ended for want of memory; exit code ${ended}`)
  console.log(`${jobs} jobs, ${notPassed} not passed; tries: ${passed} passed, ${failed} failed, ${errors} errors`)
  cgroup.remove()
}

const target = await startTarget(folder, ADDRESSES)
children.push(target.child)
if (SECONDS > 0) {
  await table(target.port)
}
if (MINUTES > 0) {
  await withinLimit(target.port)
}
process.exit(0)
