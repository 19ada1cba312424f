/** Texts that fit into a width which nothing can measure on a server. Pure. */

/** Characters of about twice the width of others: Chinese, Japanese, Korean, full-width forms, emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

const MARK = /\p{M}/u

/** Counts columns as a fixed-width font has them. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const char of text) {
    columns += WIDE.test(char) ? 2 : MARK.test(char) ? 0 : 1
  }
  return columns
}

/** Cuts in the middle, as names of pods and hosts differ at both ends. */
export function fitted(text: string, columns: number): string {
  // Marks have no width: of these there may be as many as there are columns, and no more.
  if (text.length <= columns * 2 && columnsOf(text) <= columns) {
    return text
  }
  const chars = [...text]
  const head: string[] = []
  const tail: string[] = []
  let left = columns - 1
  for (let from = 0, to = chars.length - 1; from <= to; ) {
    const isHead = head.length <= tail.length
    const char = (isHead ? chars[from] : chars[to]) ?? ''
    const width = columnsOf(char)
    if (width > left) {
      break
    }
    left -= width
    if (isHead) {
      head.push(char)
      from += 1
    } else {
      tail.unshift(char)
      to -= 1
    }
    // Marks without width never end it: names are at most as long as those of DNS, others are cut here.
    if (head.length > columns * 2) {
      break
    }
  }
  return `${head.join('')}…${tail.join('')}`
}
