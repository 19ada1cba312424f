/** `3 pods`, `1 pod`. */
export const count = (number: number, noun: string, plural = `${noun}s`): string =>
  `${number} ${number === 1 ? noun : plural}`

/** `The endpoint`, `Both endpoints`, `All 3 endpoints`: begins a sentence. */
export const everyOne = (number: number, noun: string): string =>
  number === 1 ? `The ${noun}` : number === 2 ? `Both ${noun}s` : `All ${count(number, noun)}`

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
