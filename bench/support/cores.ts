/** The machine's cores: who runs on which, and when one was taken away. By util-linux; needs root or CAP_SYS_NICE. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The command to start a process on one core alone. */
export const onCore = (core: number): string[] => ['taskset', '-c', String(core)]

/** Keeps a thread on one core, before all that runs there at a common priority. Throws where that is not allowed. */
export function keepCore(core: number, thread: number): void {
  execFileSync('taskset', ['-pc', String(core), String(thread)], { stdio: 'ignore' })
  execFileSync('chrt', ['-f', '-p', '1', String(thread)], { stdio: 'ignore' })
}

/** The id of a process's thread by its name. */
export function threadOf(pid: number | undefined, name: string): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const found = threads.find((thread) => readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim() === name)
  if (found === undefined) {
    throw new Error(`process ${pid} has no thread ${name}`)
  }
  return Number(found)
}

/** A gap is a time in which nothing could run on a core; milliseconds since the epoch. */
export type Gap = { fromMs: number; toMs: number }

/** Wakes before all others, twice a millisecond, and tells when it could not: then the hypervisor had the core. */
const WATCH = `
const cell = new Int32Array(new SharedArrayBuffer(4))
const now = () => performance.timeOrigin + performance.now()
for (;;) {
  const dueAt = now() + 0.5
  Atomics.wait(cell, 0, 0, 0.5)
  const at = now()
  if (at - dueAt > 0.25) require('node:fs').writeSync(1, dueAt + ' ' + at + '\\n')
}`

export class CoreWatch {
  readonly #folder = mkdtempSync(join(tmpdir(), 'portolan-core-'))
  readonly #child: ChildProcess

  constructor(core: number) {
    const file = openSync(join(this.#folder, 'gaps'), 'w')
    this.#child = spawn('chrt', ['-f', '2', ...onCore(core), process.execPath, '-e', WATCH], {
      stdio: ['ignore', file, 'inherit'],
    })
    closeSync(file)
    process.on('exit', () => {
      this.#child.kill()
      rmSync(this.#folder, { recursive: true, force: true })
    })
  }

  /** Ends watching. In order. */
  end(): Gap[] {
    this.#child.kill()
    const lines = readFileSync(join(this.#folder, 'gaps'), 'utf8').trim().split('\n')
    return lines.flatMap((line) => {
      const [fromMs, toMs] = line.split(' ').map(Number)
      return fromMs && toMs ? [{ fromMs, toMs }] : []
    })
  }
}

/** Returns how much of a time lay in gaps, milliseconds. */
export function lostMs(gaps: readonly Gap[], fromMs: number, toMs: number): number {
  let lost = 0
  for (const gap of gaps) {
    if (gap.toMs > fromMs && gap.fromMs < toMs) {
      lost += Math.min(gap.toMs, toMs) - Math.max(gap.fromMs, fromMs)
    }
  }
  return lost
}
