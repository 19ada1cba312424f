/** A text to copy, as a command or a document. The button is there where a script can copy. */
export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
  return (
    <div class="copy">
      <pre tabindex={0}>
        <code>{text}</code>
      </pre>
      <button type="button" data-copy hidden>
        {label}
      </button>
    </div>
  )
}
