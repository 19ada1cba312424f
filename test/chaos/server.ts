/** The built server as chaos runs it: started on the same database again and again, and killed at any moment. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LISTENING } from '../support/bundle.ts'
import { GENEROUS } from '../support/generous.ts'
import { startProgram } from '../support/program.ts'

const BUNDLE = new URL('../../dist/portolan.cjs', import.meta.url).pathname

/** A time in which there was no server that listened. */
export type Gap = { fromMs: number; toMs: number }

export type Killable = {
  /** Resolves with the URL as soon as the server listens. */
  up(): Promise<string>
  /** Starts it. @param killAfterMs it is killed so long after it was started, whether it listens by then or not. */
  start(killAfterMs?: number): Promise<void>
  /** SIGKILL. Resolves when it has ended. */
  kill(): Promise<void>
  /** SIGTERM. @returns its exit code */
  stop(): Promise<number | null>
  readonly gaps: readonly Gap[]
  /** Lines of the logs of all its lives. */
  readonly lines: readonly string[]
  kills: number
}

export function createServer(databaseFile: string): Killable {
  let child: ChildProcess | null = null
  let url = Promise.withResolvers<string>()
  let endedAtMs = Date.now()
  const gaps: Gap[] = []
  const lines: string[] = []

  const ended = async (): Promise<number | null> => {
    if (child === null) {
      return null
    }
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, 'exit')
    }
    return child.exitCode
  }
  const end = (signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): void => {
    endedAtMs = Date.now()
    url = Promise.withResolvers<string>()
    child?.kill(signal)
  }

  return {
    gaps,
    lines,
    kills: 0,
    up: () => url.promise,
    async start(killAfterMs) {
      const starting = startProgram(
        process.execPath,
        [BUNDLE, 'serve'],
        LISTENING,
        {
          PATH: process.env.PATH,
          ...GENEROUS,
          PORTOLAN_PORT: '0',
          PORTOLAN_DATABASE: databaseFile,
          PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
          PORTOLAN_VANTAGE: 'in-cluster',
          PORTOLAN_QUEUE_LIMIT: '5000',
        },
        (spawned) => {
          child = spawned
          spawned.stderr?.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n')))
        },
      )
      const killing = killAfterMs === undefined ? null : setTimeout(() => end(), killAfterMs)
      try {
        const { said } = await starting
        gaps.push({ fromMs: endedAtMs, toMs: Date.now() })
        url.resolve(said[1] ?? '')
      } catch (cause) {
        if (killing === null) {
          throw cause
        }
      }
      if (killing !== null) {
        await ended()
        this.kills++
        gaps.push({ fromMs: endedAtMs, toMs: Date.now() })
      }
    },
    async kill() {
      end()
      await ended()
      this.kills++
    },
    async stop() {
      end('SIGTERM')
      return ended()
    },
  }
}

/** Takes a copy of the files of a database that nobody has open, with what a killed process left in its log. */
export function snapshotOf(databaseFile: string): { file: string; remove(): void } {
  const folder = mkdtempSync(join(dirname(databaseFile), 'snapshot-'))
  const file = join(folder, 'portolan.db')
  for (const suffix of ['', '-wal']) {
    if (existsSync(databaseFile + suffix)) {
      copyFileSync(databaseFile + suffix, file + suffix)
    }
  }
  return { file, remove: () => rmSync(folder, { recursive: true }) }
}
