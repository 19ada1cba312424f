/** What a Node process that was started with `COLLECTING` keeps, when all garbage is gone. */
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/**
 * Runs in the process: a signal to it has each of its threads collect its garbage, as only an inspector can. What a
 * thread has thrown away and not yet collected is not kept, and is more than all that is.
 */
const HOOK = `
import { Session } from 'node:inspector'
const session = new Session()
session.connect()
const workers = new Set()
session.on('NodeWorker.attachedToWorker', ({ params }) => workers.add(params.sessionId))
session.on('NodeWorker.detachedFromWorker', ({ params }) => workers.delete(params.sessionId))
session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
const message = JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' })
process.on('SIGUSR2', () => {
  for (const sessionId of workers) session.post('NodeWorker.sendMessageToWorker', { sessionId, message })
  session.post('HeapProfiler.collectGarbage')
})
`

export const COLLECTING: Readonly<Record<string, string>> = {
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(HOOK)}`,
}

/** Connections and timers that have just ended are let go by then. */
const SETTLE_MS = 1500

/** Collects twice: what is let go by the first goes with the second. */
export async function collect(pid: number): Promise<void> {
  for (let time = 0; time < 2; time++) {
    await setTimeout(SETTLE_MS)
    process.kill(pid, 'SIGUSR2')
  }
  await setTimeout(SETTLE_MS)
}

const statusOf = (pid: number, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN)

export const residentMib = (pid: number): number => statusOf(pid, 'VmRSS') / 1024
