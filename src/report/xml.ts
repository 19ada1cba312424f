/**
 * XML 1.0 as text: whatever a target or a manifest says stays text, and the document well-formed.
 *
 * @module
 */
import { visible } from './visible.ts'

export type Attributes = Readonly<Record<string, string | number>>

export const open = (name: string, values: Attributes): string => `<${name}${attributes(values)}>`

export const empty = (name: string, values: Attributes): string => `<${name}${attributes(values)}/>`

export const element = (name: string, values: Attributes, text: string): string =>
  `${open(name, values)}${xmlText(text)}</${name}>`

const attributes = (values: Attributes): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlAttribute(String(value))}"`)
    .join('')

/** Char of XML 1.0 (section 2.2), negated; a lone surrogate is in none of its ranges. */
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
}

/** Text content. What XML 1.0 cannot hold even as a reference is spelled out, as `visible` does. */
export function xmlText(text: string): string {
  return text.replace(NOT_XML, visible).replace(/[&<>"\r]/g, (char) => ENTITIES[char] ?? char)
}

/**
 * As {@link xmlText}, and safe from attribute-value normalisation (section 3.3.3), which turns newlines into spaces.
 */
export function xmlAttribute(text: string): string {
  return xmlText(text).replace(/[\t\n]/g, (char) => `&#${char.charCodeAt(0)};`)
}
