const UNITS = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const

/** Examples of texts that {@link parseBytes} reads, for messages. */
export const BYTES_EXAMPLES = '500MiB or 2GiB'

/** `4096`, `64KiB`, `500MiB`, `2GiB` → bytes; `null`: not an amount of bytes. Never 0. */
export function parseBytes(text: string): number | null {
  const [, count, unit = ''] = /^([1-9]\d{0,9})(KiB|MiB|GiB)?$/.exec(text) ?? []
  return count === undefined ? null : Number(count) * UNITS[unit as keyof typeof UNITS]
}

/** The inverse: the largest unit that says it in whole numbers. */
export function formatBytes(bytes: number): string {
  const [unit, size] = Object.entries(UNITS).findLast(([, size]) => bytes >= size && bytes % size === 0) ?? ['', 1]
  return `${bytes / size} ${unit || 'bytes'}`
}
