/** The form on a page that asks once more, as what it does cannot be undone. */
export function Sure({
  does,
  action,
  keep,
  hidden = {},
}: {
  /** What the button says, as `Delete`. */
  does: string
  action: string
  /** Where whoever would rather not goes. */
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
