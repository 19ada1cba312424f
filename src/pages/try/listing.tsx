import type { Remark } from '../../report/remark.ts'
import { visible } from '../../report/visible.ts'

/** Lines that are shown around one that something is said of. */
const AROUND = 2
/** Characters of a line. */
const WIDTH = 240
const REMARKS = 50

type Said = { remark: Remark; href: string | null }

type ListingProps = {
  text: string
  remarks: readonly Remark[]
  /** Leads to more about a remark; null if there is no more. */
  hrefOf(at: number): string | null
}

/** The lines of a text that something is said of, each with what is said under it. */
export function Listing({ text, remarks, hrefOf }: ListingProps) {
  const said = remarks.map((remark, at): Said => ({ remark, href: hrefOf(at) })).slice(0, REMARKS)
  const placed = said.filter(({ remark }) => remark.place !== null)
  const lines = text.split('\n')
  const blocks = blocksOf(
    placed.map(({ remark }) => remark.place?.line ?? 1),
    lines.length,
  )
  const more = remarks.length - said.length
  return (
    <div class="listing">
      <RemarkList of={said.filter(({ remark }) => remark.place === null)} />
      {blocks.map(({ from, to }) => (
        <ol class="lines" start={from}>
          {lines.slice(from - 1, to).map((line, at) => (
            <li value={from + at} id={`line-${from + at}`}>
              <Line line={line} said={placed.filter(({ remark }) => remark.place?.line === from + at)} />
            </li>
          ))}
        </ol>
      ))}
      {more > 0 ? <p class="quiet">{more} more are not shown.</p> : null}
    </div>
  )
}

function Line({ line, said }: { line: string; said: readonly Said[] }) {
  const [first] = said
  const { column = 1, endColumn = 1 } = first?.remark.place ?? {}
  const [before, marked, after] =
    first === undefined || column > WIDTH
      ? [line, '', '']
      : [line.slice(0, column - 1), line.slice(column - 1, endColumn - 1), line.slice(endColumn - 1)]
  const rest = after.slice(0, Math.max(0, WIDTH - before.length - marked.length))
  return (
    <>
      <code>
        {visible(before.slice(0, WIDTH))}
        {marked === '' ? null : <mark>{visible(marked.slice(0, WIDTH))}</mark>}
        {visible(rest)}
        {line.length > WIDTH ? '…' : ''}
      </code>
      <RemarkList of={said} />
    </>
  )
}

const SIGNS = { error: '✕ Error', warning: '! Warning', note: '? Possible' } as const

function RemarkList({ of }: { of: readonly Said[] }) {
  return of.length === 0 ? null : (
    <ul class="remarks">
      {of.map(({ remark: { level, title, docs, code, beside }, href }) => (
        <li class={level}>
          <strong>{SIGNS[level]}:</strong> {href === null ? title : <a href={href}>{title}</a>}
          {beside.slice(0, 3).map(({ place }) => ` (line ${place.line} too)`)}
          {docs === null || href !== null ? null : (
            <>
              {' '}
              <a href={`/docs/errors/${code}`}>{code}</a>
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

type Block = { from: number; to: number }

/** Lines that are near each other make one block. */
function blocksOf(at: readonly number[], count: number): Block[] {
  const blocks: Block[] = []
  for (const line of [...new Set(at)].toSorted((a, b) => a - b)) {
    const [from, to] = [Math.max(1, line - AROUND), Math.min(count, line + AROUND)]
    const last = blocks.at(-1)
    if (last !== undefined && from <= last.to + 1) {
      last.to = to
    } else {
      blocks.push({ from, to })
    }
  }
  return blocks
}
