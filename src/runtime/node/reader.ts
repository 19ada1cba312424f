/**
 * Reading large bodies, in a process of its own: megabytes of YAML take seconds and much memory, and nothing else that
 * this process does may wait for them or go with them. A thread would not do: V8 ends the whole process where one of
 * its threads asks for memory too fast. One body is read at a time; a few wait; more are told to come again.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { AskedFor, Reading, ReadOutcome } from '../../api/reading.ts'
import { ProblemError } from '../../lib/problem.ts'
import type { ReaderData, ReadNews, ReadOrder } from './reader-messages.ts'

export type Reader = {
  /**
   * @throws ProblemError `unavailable` where too many wait, `body_too_large` where reading takes more time or memory
   * than a body may have.
   */
  read<R extends Reading>(reading: R): Promise<ReadOutcome<AskedFor<R>>>
  /** Ends the process; what is still to be read rejects. */
  close(): Promise<void>
}

export type ReaderLimits = {
  /** Milliseconds for which one body may be read. */
  timeoutMs: number
  /** Megabytes that V8 may hold for objects. */
  heapMb: number
  /** Readings that wait for the one under way. */
  waiting: number
  /** Milliseconds for which the process, with its memory, is kept when there is nothing to read. */
  idleMs: number
}

export const READER_LIMITS: ReaderLimits = { timeoutMs: 20_000, heapMb: 640, waiting: 4, idleMs: 30_000 }

/** The module of the process lies beside this one: as a source, or as the build made it of that. */
const MODULE = fileURLToPath(
  new URL(fileURLToPath(import.meta.url).endsWith('.ts') ? 'reader-process.ts' : 'reader.js', import.meta.url),
)

/** @param module what the process runs, for tests of processes that fail. */
export function createReader(data: ReaderData, limits: ReaderLimits = READER_LIMITS, module = MODULE): Reader {
  let child: ChildProcess | null = null
  let last: Promise<unknown> = Promise.resolve()
  let inside = 0
  let idle: NodeJS.Timeout | undefined
  let closed = false

  const started = (): ChildProcess => {
    if (child?.connected) {
      return child
    }
    child = fork(module, {
      execArgv: [`--max-old-space-size=${limits.heapMb}`],
      serialization: 'advanced',
      // Nothing secret goes there, and nothing is said but by messages.
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    send(child, { data })
    return child
  }

  const end = (): void => {
    clearTimeout(idle)
    child?.kill('SIGKILL')
    child = null
  }

  const carryOut = async (reading: Reading): Promise<ReadOutcome<AskedFor<Reading>>> => {
    if (closed) {
      throw leaving()
    }
    clearTimeout(idle)
    try {
      const news = await ask(started(), reading, limits)
      if ('bug' in news) {
        throw new Error(news.bug)
      }
      return news.outcome
    } catch (error) {
      end()
      throw closed ? leaving() : error
    } finally {
      if (!closed) {
        idle = setTimeout(end, limits.idleMs).unref()
      }
    }
  }

  return {
    async read<R extends Reading>(reading: R) {
      if (inside > limits.waiting) {
        throw busy()
      }
      inside += 1
      // After the one before, however that ended.
      const turn = last.then(() => carryOut(reading))
      last = turn.catch(() => undefined)
      try {
        return (await turn) as ReadOutcome<AskedFor<R>>
      } finally {
        inside -= 1
      }
    },
    async close() {
      closed = true
      end()
      await last
    },
  }
}

function send(child: ChildProcess, order: ReadOrder): void {
  // A process that cannot be told has ended, which its own event tells.
  child.send(order, () => undefined)
}

function ask(child: ChildProcess, reading: Reading, { timeoutMs, heapMb }: ReaderLimits): Promise<ReadNews> {
  return new Promise<ReadNews>((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(late)
      child.off('message', hear).off('error', failed).off('exit', ended)
      act()
    }
    const hear = (news: unknown): void => settle(() => resolve(news as ReadNews))
    const failed = (error: unknown): void => settle(() => reject(error))
    // V8 aborts where the heap is full; whoever else ends the process does so for want of memory, too.
    const ended = (): void => failed(tooLarge(`more memory than ${heapMb} MB`))
    const late = setTimeout(() => failed(tooLarge(`longer than ${timeoutMs / 1000} s`)), timeoutMs)
    child.on('message', hear).on('error', failed).on('exit', ended)
    send(child, { reading })
  })
}

const tooLarge = (what: string): ProblemError =>
  new ProblemError(
    'body_too_large',
    `Reading the body takes ${what}. Send only the objects of one Service: kubectl get … -l LABEL, or without pods.`,
  )

const busy = (): ProblemError =>
  new ProblemError('unavailable', 'Other large requests are being read; try again in a moment.', {
    headers: { 'retry-after': '2' },
  })

const leaving = (): ProblemError =>
  new ProblemError('unavailable', 'This server is about to end; try again.', { headers: { 'retry-after': '5' } })
