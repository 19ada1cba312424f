import type { Child } from 'hono/jsx'

type Column = { head: string; isNumber?: boolean }

/** A table that scrolls by itself where it is wider than the screen. The first cell of a row names it. */
export function Table({
  caption,
  columns,
  rows,
  isCaptionHidden = false,
}: {
  caption: string
  columns: readonly Column[]
  rows: readonly { id?: string; cells: readonly Child[] }[]
  isCaptionHidden?: boolean
}) {
  return (
    <section class="scroll" aria-label={caption} tabindex={0}>
      <table>
        <caption class={isCaptionHidden ? 'visually-hidden' : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ head, isNumber }) => (
              <th scope="col" class={isNumber ? 'number' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, cells }) => (
            <tr id={id}>
              {cells.map((cell, at) =>
                at === 0 ? (
                  <th scope="row">{cell}</th>
                ) : (
                  <td class={columns[at]?.isNumber ? 'number' : undefined}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
