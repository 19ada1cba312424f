/** The form on a page that asks once more, as what it does cannot be undone. */
export function Sure({
  does,
  action,
  keep,
  hidden = {},
}: {
  /** The text of the button, such as `Delete`. */
  does: string
  action: string
  /** The way back, for a reader who would rather not. */
  keep: string
  hidden?: Readonly<Record<string, string>>
}) {
  return (
    <form method="post" action={action} class="buttons">
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class="main">
        {does}
      </button>
      <a class="button" href={keep}>
        Keep it
      </a>
    </form>
  )
}
