import { closest, distance } from 'fastest-levenshtein'

/** The candidate that was probably meant, or `null`. Two swapped letters count as two that differ. */
export function nearMiss(found: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) {
    return null
  }
  const best = closest(
    found.toLowerCase(),
    candidates.map((candidate) => candidate.toLowerCase()),
  )
  const original = candidates.find((candidate) => candidate.toLowerCase() === best)
  if (original === undefined) {
    return null
  }
  return distance(found.toLowerCase(), best) <= Math.max(best.length < 4 ? 1 : 2, Math.floor(best.length / 3))
    ? original
    : null
}
