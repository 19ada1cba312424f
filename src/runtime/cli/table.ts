/**
 * Lists for a terminal. What a server says of others' objects is made visible: it holds what anybody has named them.
 *
 * @module
 */
import { quietJson } from '../../lib/json.ts'
import { lengthOf } from '../../report/columns.ts'
import { visible } from '../../report/visible.ts'
import type { Io } from './io.ts'

const GAP = '  '
const NONE = '–'

/** A line each; cells of a column begin below each other. `null`: there is nothing to say. */
export function table(titles: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const shown = [titles, ...rows.map((cells) => cells.map((cell) => (cell === null ? NONE : visible(cell))))]
  const widths = titles.map((_, at) => Math.max(...shown.map((cells) => lengthOf(cells[at] ?? ''))))
  const padded = (cell: string, at: number): string => cell + ' '.repeat((widths[at] ?? 0) - lengthOf(cell))
  return shown.map((cells) => `${cells.map(padded).join(GAP).trimEnd()}\n`).join('')
}

/** One thing, a field a line. */
export const fields = (rows: readonly (readonly [name: string, value: string | null])[]): string =>
  rows.map(([name, value]) => `${`${name}:`.padEnd(16)}${value === null ? NONE : visible(value)}\n`).join('')

/** `2026-11-30T20:15:03.123Z` for people, who are told above it, or by the Z, that it is UTC. */
export const utc = (instant: string | null): string | null =>
  instant === null ? null : instant.replace('T', ' ').replace(/(\.\d+)?Z$/, 'Z')

/** The API's document as it is. */
export const printJson = (io: Io, document: unknown): void => io.stdout.write(`${quietJson(document)}\n`)

/** All of a list. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) {
    found.push(item)
  }
  return found
}
