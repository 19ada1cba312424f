import type { Verdict } from '../check/verdict.ts'
import { visible } from './visible.ts'
import { xmlText } from './xml.ts'

/** `degraded`: some of it works. */
export type BadgeState = Verdict | 'degraded'

const COLOURS: Readonly<Record<BadgeState, string>> = {
  pass: '#2e7d32',
  degraded: '#9a5b00',
  fail: '#c62828',
  error: '#757575',
  inconclusive: '#757575',
}

/** The width of a character of 11 px Verdana, a wide font. `textLength` makes narrower fonts fill it. */
const CHAR_PX = 6.8
const PADDING_PX = 6
const LABEL_LIMIT = 60

/**
 * A badge as an SVG that needs nothing else: no script, no network, whatever sans-serif font there is. White on these
 * colours has a contrast of at least 4.5 (WCAG 2.2, 1.4.3).
 */
export function renderBadge(label: string, value: string, verdict: BadgeState): string {
  const name = visible(label)
    .slice(0, LABEL_LIMIT)
    .replace(/[\uD800-\uDBFF]$/, '')
  const left = part(name, 0)
  const right = part(value, left.width)
  const width = left.width + right.width
  const title = xmlText(`${name}: ${value}`)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${title}">
<title>${title}</title>
<clipPath id="r"><rect width="${width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="${left.width}" height="20" fill="#424242"/><rect x="${left.width}" width="${right.width}" height="20" fill="${COLOURS[verdict]}"/></g>
<g fill="#fff" font-family="Verdana,Geneva,sans-serif" font-size="11">
${left.text}
${right.text}
</g>
</svg>
`
}

function part(text: string, x: number): { width: number; text: string } {
  const length = Math.round([...text].length * CHAR_PX)
  return {
    width: length + 2 * PADDING_PX,
    text: `<text x="${x + PADDING_PX}" y="14" textLength="${length}" lengthAdjust="spacingAndGlyphs">${xmlText(text)}</text>`,
  }
}
