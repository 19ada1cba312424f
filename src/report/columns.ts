/**
 * Tables of a terminal's width.
 *
 * @module
 */
import { wrap } from './visible.ts'

/** Columns of a terminal that a text report takes. */
export const WIDTH = 100
const GAP = '  '
/** The offset of a cell that has lines of its own. */
const OWN_LINE = 5

/** `right`: figures. */
export type Column = { title: string; right?: true | undefined }

export const lengthOf = (text: string): number => [...text].length

/**
 * The width of each column: that of its longest cell.
 *
 * @param limit longer cells do not count: a single long URL may not push the other columns away.
 * @param most of all columns with the gaps between them.
 */
export function columnWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { limit, most = WIDTH }: { limit: number; most?: number },
): number[] {
  const lengths = columns.map((_, at) => rows.map((cells) => lengthOf(cells[at] ?? '')))
  const within = (at: number, bound: number): number =>
    Math.max(lengthOf(columns[at]?.title ?? ''), ...(lengths[at] ?? []).filter((length) => length <= bound))
  const widths = columns.map((_, at) => within(at, limit))
  for (;;) {
    const excess = offsetOf(widths, widths.length) - GAP.length - most
    const widest = widths.indexOf(Math.max(...widths))
    const width = widths[widest] ?? 0
    const narrower = within(widest, width - 1)
    if (excess <= 0 || narrower >= width) {
      return widths
    }
    widths[widest] = narrower
  }
}

/** The offset at which a column begins. */
export const offsetOf = (widths: readonly number[], column: number): number =>
  widths.slice(0, column).reduce((sum, width) => sum + width + GAP.length, 0)

/**
 * A row: one line where it fits, else what follows a cell that is wider than its column goes on below, in its place,
 * and a cell that would not fit from there has lines of its own.
 *
 * @param most of the whole row.
 */
export function rowLines(
  columns: readonly Column[],
  widths: readonly number[],
  cells: readonly string[],
  most = WIDTH,
): [string, ...string[]] {
  const padded = cells.map((cell, at) => {
    const gap = ' '.repeat(Math.max(0, (widths[at] ?? 0) - lengthOf(cell)))
    return columns[at]?.right ? gap + cell : cell + gap
  })
  const whole = padded.join(GAP).trimEnd()
  if (lengthOf(whole) <= most) {
    return [whole]
  }
  const done: string[] = []
  let line = ''
  for (const [at, cell] of cells.entries()) {
    if (lengthOf(cell) <= (widths[at] ?? 0)) {
      line += padded[at] + GAP
      continue
    }
    const place = offsetOf(widths, at)
    const fits = cell.split(' ').every((word) => lengthOf(word) <= WIDTH - place)
    const margin = ' '.repeat(fits ? place : OWN_LINE)
    const [first = '', ...rest] = wrap(cell, WIDTH - margin.length)
    done.push(...(fits ? [line + first] : [line, margin + first]), ...rest.map((more) => margin + more))
    line = ' '.repeat(offsetOf(widths, at + 1))
  }
  const [first = '', ...rest] = [...done, line].map((each) => each.trimEnd()).filter((each) => each !== '')
  return [first, ...rest]
}

/** The first line of a report, however long names are. */
export const headLines = (text: string): string[] =>
  wrap(text, WIDTH - 4).map((line, at) => (at === 0 ? line : `    ${line}`))
