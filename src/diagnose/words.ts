/** `3 pods`, `1 pod`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

/** `a, b, c and 4 more`. */
export function list(words: readonly string[], shown = 5): string {
  const more = words.length - shown
  return more > 0 ? `${words.slice(0, shown).join(', ')} and ${more} more` : words.join(', ')
}

/** `app=toad,tier=web`: as `kubectl -l` takes it. */
export const selectorText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
