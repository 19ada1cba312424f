/**
 * The longest pieces that two texts have in the same order, found by the algorithm of Myers ("An O(ND) Difference
 * Algorithm and Its Variations", 1986): its cost is that of how much differs, whatever the length. Pure.
 *
 * @module
 */

/**
 * Pieces that only one of two texts has, both together. Texts that differ by more are the same at their beginning and
 * end alone: hundreds of answers are compared in one turn, in which nothing else is served.
 */
export const EDITS_MAX = 400

type Pair = [number, number]

/** The pieces that both have in the same order, as positions in each. */
export function inBoth(left: readonly string[], right: readonly string[]): Pair[] {
  let from = 0
  while (from < left.length && from < right.length && left[from] === right[from]) {
    from++
  }
  let end = 0
  while (end < left.length - from && end < right.length - from && left.at(-1 - end) === right.at(-1 - end)) {
    end++
  }
  const rows = left.slice(from, left.length - end)
  const columns = right.slice(from, right.length - end)
  return [
    ...Array.from({ length: from }, (_, at): Pair => [at, at]),
    ...middle(rows, columns).map(([row, column]): Pair => [from + row, from + column]),
    ...Array.from({ length: end }, (_, at): Pair => [left.length - end + at, right.length - end + at]),
  ]
}

/** `reached[AT + k]` is the row that is farthest on diagonal k (row less column). */
const AT = EDITS_MAX + 1

function middle(left: readonly string[], right: readonly string[]): Pair[] {
  if (left.length === 0 || right.length === 0 || Math.abs(left.length - right.length) > EDITS_MAX) {
    return []
  }
  const reached = new Int32Array(2 * AT + 1)
  const before: Int32Array[] = []
  for (let edits = 0; edits <= EDITS_MAX; edits++) {
    before.push(reached.slice(AT - edits - 1, AT + edits + 2))
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let row = startOf(reached, AT, edits, diagonal)
      while (row < left.length && row - diagonal < right.length && left[row] === right[row - diagonal]) {
        row++
      }
      reached[AT + diagonal] = row
      if (row >= left.length && row - diagonal >= right.length) {
        return walkedBack(before, left.length, right.length)
      }
    }
  }
  return []
}

/** The row at which a diagonal is entered: from the one above by a piece of the right alone, or of the left. */
function startOf(reached: Int32Array, at: number, edits: number, diagonal: number): number {
  const [above, below] = [reached[at + diagonal + 1] ?? 0, reached[at + diagonal - 1] ?? 0]
  return diagonal === -edits || (diagonal !== edits && below < above) ? above : below + 1
}

function walkedBack(before: readonly Int32Array[], rows: number, columns: number): Pair[] {
  const pairs: Pair[] = []
  let [row, column] = [rows, columns]
  for (let edits = before.length - 1; edits >= 0; edits--) {
    const reached = before[edits] ?? new Int32Array()
    const diagonal = row - column
    const start = edits === 0 ? 0 : startOf(reached, edits + 1, edits, diagonal)
    while (row > start) {
      pairs.push([--row, --column])
    }
    if (edits > 0) {
      const [above, below] = [reached[edits + 2 + diagonal] ?? 0, reached[edits + diagonal] ?? 0]
      const isFromAbove = diagonal === -edits || (diagonal !== edits && below < above)
      ;[row, column] = isFromAbove ? [row, column - 1] : [row - 1, column]
    }
  }
  return pairs.toReversed()
}
