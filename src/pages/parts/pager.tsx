/**
 * Links to other pages of a list.
 *
 * @param first where the list begins; `null`: this is it.
 * @param next `null`: there is none.
 */
export function Pager({ first, next }: { first: string | null; next: string | null }) {
  return first === null && next === null ? null : (
    <nav class="pager" aria-label="Pages of the list">
      {first === null ? null : <a href={first}>First page</a>} {next === null ? null : <a href={next}>Next page</a>}
    </nav>
  )
}
