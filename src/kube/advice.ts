import type { YamlError } from './yaml/error.ts'

/** Names the most likely mistake in YAML, and the remedy. The text begins with a blank, or is empty. */
export function advise(source: string, { problem, at, within }: YamlError): string {
  const template = TEMPLATE.exec(source)
  if (template) {
    const line = source.slice(0, template.index).split('\n').length
    return ` Line ${line} holds an unrendered template: render it first, as with \`helm template\`.`
  }
  const told = PROBLEMS.find(({ sign }) => sign.test(problem))?.advice
  if (told !== undefined) {
    return told
  }
  if (within !== null && /^did not find expected ','/.test(problem)) {
    const bracket = within.what === 'a mapping in braces' ? '}' : ']'
    return ` Close it with "${bracket}", or put a comma between what is in it.`
  }
  const start = source.lastIndexOf('\n', Math.max(0, at - 1)) + 1
  const end = source.indexOf('\n', at)
  const line = source.slice(start, end === -1 ? undefined : end).slice(0, 1_000)
  const known = LINES.find(({ sign }) => sign.test(line))
  return known ? ` ${known.advice}` : ''
}

/** Finds a line with `{{` outside quotes. The parser fails elsewhere, at the mapping around it. */
const TEMPLATE = /^[^"'#\n]{0,200}\{\{/m

/** These problems explain themselves, whatever else the line looks like. */
const PROBLEMS: readonly { sign: RegExp; advice: string }[] = [
  { sign: /^unknown anchor/, advice: ' An alias (*name) needs its anchor (&name) before it in the same document.' },
  { sign: /^(anchor value contains itself|document contains excessive)/, advice: ' Write the objects out.' },
  { sign: /^exceeded max depth/, advice: '' },
  { sign: /^control characters/, advice: ' Leave the character out, or send the text as UTF-8.' },
  {
    sign: /^found incompatible YAML|^did not find expected <document start>/,
    advice: ' Leave out the line with %YAML.',
  },
  { sign: /document separator/, advice: ' Put --- on a line of its own.' },
  { sign: /^unsupported value/, advice: ' JSON, which kubectl sends, has no such number.' },
  { sign: /^this is no JSON/, advice: ' Separate all texts by a line with ---, or send JSON alone.' },
]

/** Tells the mistake from the line itself. */
const LINES: readonly { sign: RegExp; advice: string }[] = [
  { sign: /^ *\t/, advice: 'Indent with spaces, not with tabs.' },
  { sign: /^\s*[^\s"'#][^"']*:\s+[@`%]/, advice: 'Put a value that begins with @, ` or % in quotes.' },
  { sign: /^[^"']*:\s[^"']*:\s/, advice: 'Put a value with ": " in it in quotes.' },
]
