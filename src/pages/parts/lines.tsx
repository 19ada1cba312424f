import { visibleLines } from '../../report/visible.ts'

/** A text of several lines, each on its own. What hides or turns text is spelled out. */
export function Lines({ text }: { text: string }) {
  return (
    <>
      {visibleLines(text).map((line, at) => (
        <>
          {at === 0 ? null : <br />}
          {line}
        </>
      ))}
    </>
  )
}
