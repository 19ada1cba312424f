import { PART_UNITS } from './texts.ts'

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
