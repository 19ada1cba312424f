/** Lists that stand side by side, the one that is shown marked. @param label of what they are. */
export function Tabs({ label, of }: { label: string; of: readonly { text: string; href: string; isHere: boolean }[] }) {
  return (
    <nav aria-label={label}>
      <ul class="tabs">
        {of.map(({ text, href, isHere }) => (
          <li>
            <a href={href} aria-current={isHere ? 'true' : undefined}>
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
