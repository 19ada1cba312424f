/** Lines `label: value`, as reports tell evidence, by their labels. */
export function Evidence({ lines }: { lines: readonly string[] }) {
  return (
    <dl class="evidence">
      {lines.map((line) => {
        const at = line.indexOf(': ')
        return (
          <div>
            <dt>{line.slice(0, at)}</dt>
            <dd>{line.slice(at + 2)}</dd>
          </div>
        )
      })}
    </dl>
  )
}
