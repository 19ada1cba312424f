/** The formats in which a report is taken away, with the end of the name of a file. `null`: browsers show it. */
const FORMATS = [
  { format: 'text', text: 'Text', end: null },
  { format: 'markdown', text: 'Markdown', end: '.md' },
  { format: 'junit', text: 'JUnit', end: '.junit.xml' },
  { format: 'csv', text: 'CSV', end: '.csv' },
  { format: 'tap', text: 'TAP', end: '.tap' },
  { format: 'json', text: 'JSON', end: '.json' },
] as const

/**
 * Links to a report in the formats for tools.
 *
 * @param href of the report, with or without a query.
 * @param name of a file, without its end.
 */
export function TakeAway({ href, name }: { href: string; name: string }) {
  const joint = href.includes('?') ? '&' : '?'
  const file = name.replaceAll(/[^\w.-]+/g, '-')
  return (
    <nav class="take-away" aria-label="This report in other formats">
      <span>Take it away:</span>
      <ul>
        {FORMATS.map(({ format, text, end }) => (
          <li>
            <a href={`${href}${joint}format=${format}`} download={end === null ? undefined : `${file}${end}`}>
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
