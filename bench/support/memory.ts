/** Tells what the memory of a process consists of. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { MemoryReport } from './memory-report.ts'

const REPORT = join(import.meta.dirname, 'memory-report.ts')

/** MiB in memory, by part. */
export type Parts = {
  /** Pages of files: Node itself and its libraries. The kernel takes them back where memory is short. */
  files: number
  mainHeap: number
  /** Sums the heaps of all threads but the main one. */
  threadHeaps: number
  /** C and C++ have allocated it: SQLite's pages and statements, sockets, V8's compilers. Most of it is free again. */
  allocated: number
  rest: number
  all: number
}

export type Measured = {
  child: ChildProcess
  /** Lines of its stderr so far. */
  lines: readonly string[]
  parts(): Promise<Parts>
  /** CPU time so far. */
  cpuMs(): number
  stop(): Promise<void>
}

/** Starts a Node process that can be measured; resolves when a line of its stderr matches `ready`. */
export async function startMeasured(
  args: readonly string[],
  ready: RegExp,
  env: Record<string, string> = {},
): Promise<Measured> {
  const report = stripTypeScriptTypes(readFileSync(REPORT, 'utf8'))
  const child = spawn(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(report)}`, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: process.env.PATH, ...env },
  })
  const lines: string[] = []
  await new Promise<void>((resolve, reject) => {
    if (child.stderr === null) {
      throw new Error('stderr is not a pipe')
    }
    const reader = createInterface({ input: child.stderr })
    reader.on('line', (line) => {
      lines.push(line)
      if (ready.test(line)) {
        resolve()
      }
    })
    reader.on('close', () => reject(new Error(`it ended before it was ready:\n${lines.join('\n')}`)))
  })
  const pid = child.pid ?? 0
  return {
    child,
    lines,
    async parts() {
      const answer = once(child, 'message') as Promise<[MemoryReport]>
      child.send('report')
      const [heaps] = await answer
      return partsOf(pid, heaps)
    },
    cpuMs: () => cpuMsOf(pid),
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

const MIB = 1024 * 1024

function partsOf(pid: number, heaps: MemoryReport): Parts {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1])
  const mainHeap = heaps.main / MIB
  const threadHeaps = heaps.threads.reduce((sum, bytes) => sum + bytes, 0) / MIB
  const allocated = allocatedKib(readFileSync(`/proc/${pid}/smaps`, 'utf8')) / 1024
  const own = kib('RssAnon') / 1024
  return {
    files: (kib('RssFile') + kib('RssShmem')) / 1024,
    mainHeap,
    threadHeaps,
    allocated,
    rest: own - mainHeap - threadHeaps - allocated,
    all: kib('VmRSS') / 1024,
  }
}

/** glibc's first arena is `[heap]`; it begins each of the others at a multiple of 64 MiB. */
function allocatedKib(smaps: string): number {
  const ARENA = 0x4000000n
  let sum = 0
  let counts = false
  for (const line of smaps.split('\n')) {
    const [, start, name] = /^([0-9a-f]+)-[0-9a-f]+ rw\S+ \S+ \S+ \S+\s*(.*)$/.exec(line) ?? []
    if (start !== undefined) {
      counts = name === '[heap]' || (name === '' && BigInt(`0x${start}`) % ARENA === 0n)
    } else if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) {
      counts = false
    } else if (counts) {
      sum += Number(/^Rss:\s+(\d+) kB$/.exec(line)?.[1] ?? 0)
    }
  }
  return sum
}

/** `/proc/PID/stat` counts in hundredths of a second; the name, in brackets, may have blanks. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
