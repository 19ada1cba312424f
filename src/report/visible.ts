/** Everything without a glyph of its own: controls, format characters (bidi, zero width), separators, lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}]/gu

/**
 * One line that is safe to show: what a terminal or a renderer would act on, or what hides text, is spelled out as
 * `\u{1b}`. Targets choose their headers and bodies, and manifests their names: none of that may colour a CI log,
 * forge a line of it or turn it around (Trojan Source, CVE-2021-42574).
 */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
}

/** As {@link visible}, keeping line breaks: for text of several lines. */
export function visibleLines(text: string): string[] {
  return text.split(/\r\n|\n/).map(visible)
}

/** Breaks at spaces so that lines stay within `width`; a longer word stands alone, uncut (it may be evidence). */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}
