/** Names states, outcomes and verdicts for pages, with the glyph that goes with each colour. */
const SHOWN = {
  pass: { glyph: '✓', text: 'Pass' },
  fail: { glyph: '✕', text: 'Fail' },
  error: { glyph: '!', text: 'Error' },
  skipped: { glyph: '–', text: 'Skipped' },
  inconclusive: { glyph: '?', text: 'Inconclusive' },
  cancelled: { glyph: '–', text: 'Cancelled' },
  running: { glyph: '…', text: 'Running' },
  unknown: { glyph: '?', text: 'Unknown' },
} as const

export type StateName = keyof typeof SHOWN

/** A state as colour, glyph and word. `null`: nothing is known. */
export function State({ of, text }: { of: StateName | null; text?: string }) {
  const name = of ?? 'unknown'
  return (
    <span class={`state ${name}`}>
      <span aria-hidden="true">{SHOWN[name].glyph}</span> {text ?? SHOWN[name].text}
    </span>
  )
}
