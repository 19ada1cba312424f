/** A quarter million UTF-16 units are at most 750 kB of UTF-8: under the 1 MB that a value may have on D1. */
export const PART_UNITS = 250_000

/**
 * A list as JSON arrays, each short enough for one parameter on D1: statements are repeated for each.
 *
 * @param items no single one longer than a parameter may be.
 */
export function jsonChunks(items: readonly unknown[], units = PART_UNITS): string[] {
  const chunks: string[][] = []
  let used = Number.POSITIVE_INFINITY
  for (const item of items) {
    const text = JSON.stringify(item)
    used += text.length + 1
    const chunk = used <= units ? chunks.at(-1) : undefined
    if (chunk) {
      chunk.push(text)
    } else {
      chunks.push([text])
      used = text.length + 1
    }
  }
  return chunks.map((chunk) => `[${chunk.join()}]`)
}
