/**
 * Paths as they end, in one line that is written over, for somebody who looks.
 *
 * @module
 */
import type { Client } from '../../../client/index.ts'
import type { JobPath } from '../../../client/schema.ts'
import { visible } from '../../../report/visible.ts'
import type { Io } from '../io.ts'
import type { Paint } from './colour.ts'

export type Progress = {
  /** Somebody looks. */
  isShown: boolean
  /** Follows a job until it ends, or until {@link end}. */
  follow(client: Client, jobId: string): void
  say(line: string): void
  /** Takes the line away. */
  end(): Promise<void>
}

export const noProgress: Progress = {
  isShown: false,
  follow: () => undefined,
  say: () => undefined,
  end: async () => undefined,
}

/** Nobody looks at a pipe, and the logs of CI keep every line that was written over. */
export const isWatched = ({ stderr, env }: Io, { quiet = false }: { quiet?: boolean }): boolean =>
  !quiet && stderr.isTTY && env.TERM !== 'dumb' && (env.CI ?? '') === ''

export function progressOn({ stderr }: Io, paint: Paint): Progress {
  const over = new AbortController()
  let following = Promise.resolve()
  let drawing: NodeJS.Timeout | undefined
  const say = (line: string): void => stderr.write(`\r${CLEAR}${line}`)
  return {
    isShown: true,
    say,
    follow(client, jobId) {
      const paths = new Map<string, JobPath>()
      const draw = (last: JobPath): void => {
        drawing ??= setTimeout(() => {
          drawing = undefined
          say(lineOf([...paths.values()], last, stderr.columns, paint))
        }, DRAW_MS)
      }
      following = (async () => {
        for await (const { event, data } of client.jobEvents(jobId, { signal: over.signal })) {
          if (event === 'path') {
            paths.set(data.id, data)
            draw(data)
          }
        }
        // A lost stream is no failure: progress only helps to wait
      })().catch(() => undefined)
    },
    async end() {
      over.abort()
      clearTimeout(drawing)
      await following
      stderr.write(`\r${CLEAR}`)
    },
  }
}

/** All paths are told at first, one by one: their count is shown when it is known. */
const DRAW_MS = 30

const CLEAR = '\u001b[K'

function lineOf(paths: readonly JobPath[], last: JobPath, columns: number, paint: Paint): string {
  const ended = paths.filter(({ outcome }) => outcome !== null)
  const failed = ended.filter(({ outcome }) => outcome === 'fail' || outcome === 'error').length
  const count = `${ended.length}/${paths.length} paths`
  const failing = failed === 0 ? '' : `, ${failed} failing`
  const room = columns - count.length - failing.length - 4
  const name = `${last.kind} ${last.port?.number ?? ''} ${last.host ?? last.address ?? ''}`.replace(/\s+/g, ' ').trim()
  const told = last.outcome === null || room < 10 ? '' : `  ${visible(`${name} ${last.outcome}`).slice(0, room)}`
  return count + (failed === 0 ? '' : paint('red', failing)) + paint('dim', told)
}
