/** Both runtimes keep the same of an HTTP answer. */

/** Characters of the body that are kept for people. */
const SNIPPET_MAX = 512
/** Headers that are kept, and characters of one value. */
const HEADERS_MAX = 64
const HEADER_VALUE_MAX = 1024

/** Names whose values let somebody in, by convention. */
const SECRET_HEADER =
  /cookie|token|secret|passw|credential|session|api-?key|^(proxy-)?authorization$|^(proxy-)?authentication-info$/

/** Tells whether the value of a header (lower-case name) may be a secret. */
export const isSecretHeader = (name: string): boolean => SECRET_HEADER.test(name)

/** Lower-case names → values joined by `, `; values that may be secrets are dropped, long ones cut. */
export function keptHeaders(headers: Readonly<Record<string, string | readonly string[] | undefined>>) {
  const kept: Record<string, string> = {}
  let count = 0
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || isSecretHeader(name)) {
      continue
    }
    if (++count > HEADERS_MAX) {
      break
    }
    const joined = typeof value === 'string' ? value : value.join(', ')
    kept[name] = joined.length > HEADER_VALUE_MAX ? `${joined.slice(0, HEADER_VALUE_MAX)}…` : joined
  }
  return kept
}

/** Bytes of the header lines: `name: value` and the line's end, for each value; names and values are Latin-1. */
export function headerBytesOf(headers: Readonly<Record<string, string | readonly string[] | undefined>>): number {
  let bytes = 0
  for (const name in headers) {
    const value = headers[name]
    for (const one of value === undefined ? [] : typeof value === 'string' ? [value] : value) {
      bytes += name.length + one.length + 4
    }
  }
  return bytes
}

const decoder = new TextDecoder()
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g

/** The first bytes as text; what is no text is replaced. */
export function snippetOf(body: Uint8Array): string {
  if (body.length === 0) {
    return ''
  }
  const text = decoder.decode(body.length > SNIPPET_MAX ? body.subarray(0, SNIPPET_MAX) : body)
  return text.replace(CONTROL, '\ufffd')
}
