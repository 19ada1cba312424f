/**
 * What reading a large cluster for schedules costs: 2,000 Services, 5,000 pods and 100 nodes, each Service planned once a
 * minute and nothing dialled, while the cluster changes 20 times a second. Requests are counted at the API server, which
 * is a process of its own; memory and CPU time are those of the process that reads and plans.
 *
 * `npm run bench:live-schedules -- --seconds 60` is a quick look.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startApiServerProcess } from '../test/support/api-server/process.ts'
import type { Order, Report } from './support/live-planner.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '600' } } })
const SECONDS = Number(values.seconds)
const SIZE = { services: 2_000, pods: 5_000, nodes: 100, namespaces: 10 }
const CHANGES = 20
const EVERY_MS = 60_000
/** From the first read until what pays is held. */
const WARM_MS = 20_000

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`

const rssOf = ({ pid }: ChildProcess): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

/** `/proc/PID/stat` counts in hundredths of a second. */
function cpuMsOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function told(child: ChildProcess, message: 'collect' | 'tell' | 'forget'): Promise<Report> {
  const answer = once(child, 'message') as Promise<[Report]>
  child.send(message)
  return (await answer)[0]
}

async function measure(what: string, plans: boolean, seconds: number): Promise<void> {
  const server = await startApiServerProcess({ cluster: SIZE })
  const order: Order = {
    ...{ plans, everyMs: EVERY_MS, services: SIZE.services, namespaces: SIZE.namespaces, token: server.token },
    server: { url: server.url, port: Number(new URL(server.url).port), caPem: server.caPem },
  }
  const child = fork(join(import.meta.dirname, 'support/live-planner.ts'), [JSON.stringify(order)], {
    execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  child.stderr?.on('data', (lines: Buffer) => {
    const text = String(lines).trim()
    if (text !== 'ready') {
      console.error(text)
    }
  })
  await once(child.stderr ?? child, 'data')
  await wait(2000)
  const idle = { rss: rssOf(child), heap: (await told(child, 'collect')).heapBytes }
  await server.changes(CHANGES)
  child.send('begin')
  await wait(WARM_MS)
  const warm = { requests: (await server.stats()).requests, most: rssOf(child) }
  await told(child, 'forget')
  await server.clear()
  const before = cpuMsOf(child)
  let most = warm.most
  for (let second = 0; second < seconds; second++) {
    await wait(1000)
    most = Math.max(most, rssOf(child))
  }
  const cpuMs = cpuMsOf(child) - before
  const last = rssOf(child)
  const { requests, lines } = await server.stats()
  const { done, failed, oldestMs, kinds, heapBytes } = await told(child, 'collect')
  const kindsOfRequests = Object.entries(Object.groupBy(lines, (line) => line.replace(/ (team|app)-\S+/g, '')))
  const objects = kinds.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0)
  console.log(`\n${what}, ${seconds} s, ${CHANGES} changes a second`)
  console.log(`  ${done} read (${(done / seconds).toFixed(1)} a second), ${failed} of Services that are gone`)
  console.log(
    `  requests: ${requests} (${(requests / seconds).toFixed(2)} a second); ${warm.requests} in the first ${WARM_MS / 1000} s`,
  )
  for (const [line, each] of kindsOfRequests
    .toSorted(([, a], [, b]) => (b?.length ?? 0) - (a?.length ?? 0))
    .slice(0, 12)) {
    console.log(`    ${String(each?.length).padStart(5)} ${line}`)
  }
  console.log(
    `  memory: ${mib(idle.rss)} idle, ${mib(last)} at the end, ${mib(most)} at most (+${mib(most - idle.rss)})`,
  )
  console.log(
    `  heap: ${mib(heapBytes - idle.heap)} above idle for ${objects} held objects (${Math.round((heapBytes - idle.heap) / objects)} bytes each)`,
  )
  console.log(
    `  CPU: ${cpuMs} ms (${((cpuMs / (seconds * 1000)) * 100).toFixed(2)} % of a core, ${(cpuMs / Math.max(1, done)).toFixed(2)} ms a read)`,
  )
  console.log(`  the oldest objects that were used: ${(oldestMs / 1000).toFixed(1)} s`)
  console.log(`  held: ${kinds.join(', ')}`)
  child.kill()
  await once(child, 'exit')
  await server.close()
}

await measure('read alone', false, Math.max(20, Math.round(SECONDS / 5)))
await measure('read and planned', true, SECONDS)
