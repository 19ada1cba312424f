/** A text with the words marked that were searched for. @param words of letters and digits alone. */
export function Marked({ text, words }: { text: string; words: readonly string[] }) {
  const known = words.filter((word) => /^[a-z0-9]+$/.test(word)).toSorted((a, b) => b.length - a.length)
  if (known.length === 0) {
    return <>{text}</>
  }
  // split() with a group returns each match between the other parts, so matches are at odd places
  const parts = text.split(new RegExp(`(${known.join('|')})`, 'gi'))
  return <>{parts.map((part, at) => (at % 2 === 1 ? <mark>{part}</mark> : part))}</>
}
