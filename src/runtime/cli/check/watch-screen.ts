/**
 * Shows the rounds of `watch`: on a terminal a table that is drawn anew, elsewhere a line for each change.
 *
 * @module
 */
import type { Io } from '../io.ts'
import type { Paint } from './colour.ts'
import type { Change, Now, WatchedPath } from './watched.ts'

export type WatchScreen = {
  show(now: Now): void
  end(): void
}

export const watchScreen = (io: Io, paint: Paint, everyMs: number): WatchScreen =>
  io.stdout.isTTY && io.env.TERM !== 'dumb' ? drawn(io, paint, everyMs) : told(io, paint)

const MARKS = { pass: '✓', fail: '✗', error: '!', skipped: '–' } as const
const COLOURS = { pass: 'green', fail: 'red', error: 'yellow', skipped: 'dim' } as const
type Outcome = keyof typeof MARKS

const markOf = (outcome: string | null, paint: Paint): string =>
  outcome !== null && outcome in MARKS ? paint(COLOURS[outcome as Outcome], MARKS[outcome as Outcome]) : '·'

const STATES: Readonly<Record<string, 'green' | 'red'>> = { PASS: 'green', FAIL: 'red' }
const stateIn = (paint: Paint, state: string): string => paint(STATES[state] ?? 'yellow', state)

/** `2026-11-30 20:31:05 UTC`. */
const instant = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** `2m 10s`. */
export function lasted(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  const [first = -1] = parts.flatMap(([count], at) => (count > 0 ? [at] : []))
  const shown = first === -1 ? parts.slice(2) : parts.slice(first, first + 2)
  return shown.map(([count, unit]) => `${count}${unit}`).join(' ')
}

/** Lines, for logs: how it is at first, and then what changes. */
function told({ stdout }: Io, paint: Paint): WatchScreen {
  let last: string | null = null
  return {
    show(now) {
      const { at, target, state, problem, changes } = now
      const key = `${state} ${problem ?? ''}`
      const lines = changes.map((change) => `${markOf(change.outcome, paint)} ${changeText(change, at)}`)
      if (key !== last) {
        const why = problem === null ? countsOf(now.paths) : problem
        lines.unshift([stateIn(paint, state), target, why].filter((part) => part !== null).join('  '))
      }
      last = key
      stdout.write(lines.map((line) => `${instant(at)}  ${line}\n`).join(''))
    },
    end: () => undefined,
  }
}

const changeText = ({ title, told, was }: Change, at: Date): string =>
  `${title}: ${told}${was === null ? ', new' : ` (was ${was.told} for ${lasted(at.getTime() - was.since.getTime())})`}`

const COUNTED = ['pass', 'fail', 'error', 'skipped'] as const

function countsOf(paths: readonly WatchedPath[]): string {
  const counts = COUNTED.map((outcome) => [paths.filter((path) => path.outcome === outcome).length, outcome] as const)
  return counts.flatMap(([count, outcome]) => (count === 0 ? [] : [`${count} ${outcome}`])).join(', ')
}

/** Lines beside the paths. */
const FRAME = 7
/** Rows that are shown where the height of the terminal is not known. */
const ROWS_MOST = 40
const CLEAR_BELOW = '\u001b[J'

function drawn({ stdout }: Io, paint: Paint, everyMs: number): WatchScreen {
  let height = 0
  return {
    show(now) {
      // The cursor cannot go back above the screen, so a taller table could not be drawn over
      const most = stdout.rows === undefined ? ROWS_MOST : Math.max(1, stdout.rows - FRAME)
      const lines = screenOf(now, paint, everyMs, most).map((line) => cut(line, stdout.columns))
      const back = height === 0 ? '' : `\u001b[${height}A\r`
      height = lines.length
      stdout.write(`${back}${CLEAR_BELOW}${lines.map((line) => `${line}\n`).join('')}`)
    },
    end: () => undefined,
  }
}

function screenOf(
  { at, target, state, problem, since, paths }: Now,
  paint: Paint,
  everyMs: number,
  most: number,
): string[] {
  const age = (from: Date): string => lasted(at.getTime() - from.getTime())
  const ranked = ORDER.flatMap((outcome) => paths.filter((path) => path.outcome === outcome))
  const shown = ranked.slice(0, most)
  const width = Math.max(0, ...shown.map(({ title }) => [...title].length))
  const more = ranked.length - shown.length
  return [
    `${stateIn(paint, state)}  ${target ?? ''}  for ${age(since)}`,
    paint('dim', `seen at ${instant(at)}, every ${lasted(everyMs)}; Ctrl-C ends`),
    ...(problem === null ? [] : [paint('yellow', problem)]),
    '',
    ...shown.map(
      (path) =>
        `${markOf(path.outcome, paint)} ${path.title.padEnd(width)}  ${path.told}  ${paint('dim', `for ${age(path.since)}`)}`,
    ),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ]
}

const ORDER = ['fail', 'error', 'pass', 'skipped', null] as const

/** A line that is broken by the terminal would be two to draw over. Colours take no room. */
function cut(line: string, columns: number): string {
  let room = columns - 1
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours that we have written
  return line.replace(/\u001b\[\d+m|./gsu, (part) => (part.length > 2 ? part : --room >= 0 ? part : ''))
}
