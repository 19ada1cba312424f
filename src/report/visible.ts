/**
 * Everything without a glyph of its own: controls, format characters (bidi, zero width), separators, lone surrogates.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}]/gu

/**
 * Texts that runners of CI systems take for a command when they stand in a log, a row each with the source of the rule.
 * The character that a row matches is spelled out, so that the text is no command. Lines begin wherever text is
 * wrapped, so every word counts as the first of one. Control characters, which GitLab's sections and Jenkins' notes
 * need, are invisible anyway.
 */
const COMMANDS: readonly RegExp[] = [
  // GitHub: `::name params::text` after blanks (ActionCommand.TryParseV2), whatever a report writes behind a text that
  // ends so; `::ffff:10.0.0.1` is none
  /(?<=^|\s):(?=:[a-z][\w-]*(?:\s|::|$))/gi,
  // GitHub, Azure: `##[name]` anywhere in a line (ActionCommand.TryParse); Azure: `##vso[`; TeamCity: `##teamcity[`
  /#(?=#\s*(?:\[|vso\b|teamcity\b))/gi,
  // GitLab: `section_start:1600000000:name`, before its carriage return; Travis: `travis_fold:start:name`
  /(?<=(?:section_(?:start|end)|travis_(?:fold|time))):/gi,
  // GitLab, Azure and Jenkins take a file along for `[[ATTACHMENT|/path]]` in the output of a test case; test managers
  // read `[[PROPERTY|name=value]]` there
  /\[(?=\[(?:ATTACHMENT|PROPERTY)\|)/gi,
  // Buildkite: groups of log lines
  /(?<=^|\s)[-+~^](?=([-+~^])\1(?:\s|$))/g,
]

/**
 * One line that is safe to show: what a terminal, a renderer or the runner of a CI system would act on, or what hides
 * text, is spelled out as `\u{1b}`. Targets choose their headers and bodies, and manifests their names: none of that
 * may colour a CI log, forge a line of it, turn it around (Trojan Source, CVE-2021-42574) or command its runner.
 */
export function visible(text: string): string {
  return COMMANDS.reduce((shown, command) => shown.replace(command, spelled), text.replace(INVISIBLE, spelled))
}

const spelled = (char: string): string => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`

/** As {@link visible}, keeping line breaks: for text of several lines. */
export function visibleLines(text: string): string[] {
  return text.split(/\r\n|\n/).map(visible)
}

/** Breaks at spaces so that lines stay within `width`; a longer word stands alone, uncut (it may be evidence). */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) {
      lines.push(word)
    } else {
      lines[lines.length - 1] = `${line} ${word}`
    }
  }
  return lines
}
