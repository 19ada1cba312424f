/** A report as `renderMarkdown` writes them, in parts that can be left out. */
type Section = { title: string; text: string }

/** Titles that the last line names, and the longest of them. */
const NAMED = 3
const TITLE_MAX = 120
/** The last line is at most so long, in bytes. */
const RESERVED = 3 * 4 * TITLE_MAX + 160

/** Joins reports, as many of their sections as fit, in order. @param limit in bytes of UTF-8 */
export function fittedSections(reports: readonly string[], limit: number): string {
  const sections = reports.flatMap(sectionsOf)
  const whole = sections.map(({ text }) => text).join('')
  if (bytesOf(whole) <= limit) {
    return whole
  }
  let left = limit - RESERVED
  const kept: string[] = []
  const cut: string[] = []
  for (const { title, text } of sections) {
    const bytes = bytesOf(text)
    if (bytes <= left) {
      kept.push(text)
      left -= bytes
    } else {
      cut.push(title)
    }
  }
  return limit < RESERVED ? '' : `${kept.join('')}${told(cut)}`
}

/** Headings, and what is folded, begin sections; nothing in a fence does. A blank line stands before each. */
function sectionsOf(report: string): Section[] {
  const sections: Section[] = []
  let fence: string | null = null
  let isAfterFold = true
  for (const line of report.replace(/\n*$/, '\n').split(/(?<=\n)/)) {
    const [mark = null] = /^(?:`{3,})/.exec(line) ?? []
    const title =
      fence === null ? /^(?:#{1,6} |<details><summary>)(.*?)(?:<\/summary>)?\n?$/.exec(line)?.[1] : undefined
    if (title !== undefined || isAfterFold) {
      sections.push({ title: title ?? line.trim(), text: '' })
    }
    const section = sections.at(-1)
    if (section !== undefined) {
      section.text += line
    }
    fence = fence === null ? mark : line.trimEnd() === fence ? null : fence
    isAfterFold = fence === null && line.startsWith('</details>')
  }
  const last = sections.at(-1)
  if (last !== undefined) {
    last.text += '\n'
  }
  return sections
}

function told(cut: readonly string[]): string {
  const names = cut.slice(0, NAMED).map((title) => (title.length > TITLE_MAX || title === '' ? '…' : title))
  const rest = cut.length > NAMED ? ` and ${cut.length - NAMED} more` : ''
  return `Cut, as a summary holds no more: ${names.join(', ')}${rest}.\n`
}

const encoder = new TextEncoder()
const bytesOf = (text: string): number => encoder.encode(text).length
