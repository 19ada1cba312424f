/**
 * Colours of a terminal, for words of ours alone.
 *
 * @module
 */
import type { Io, Out } from '../io.ts'

export type Paint = (colour: 'red' | 'green' | 'yellow' | 'bold' | 'dim', text: string) => string

const CODES = { red: '31', green: '32', yellow: '33', bold: '1', dim: '2' } as const

export const plain: Paint = (_colour, text) => text
const painted: Paint = (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m`

/** `--no-color`, NO_COLOR (no-color.org) and FORCE_COLOR say it; else it is whether somebody looks. */
export function paintFor(io: Io, out: Out, { color = true }: { color?: boolean }): Paint {
  const { NO_COLOR = '', FORCE_COLOR, TERM } = io.env
  if (!color || NO_COLOR !== '') {
    return plain
  }
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') {
    return FORCE_COLOR === '0' || FORCE_COLOR === 'false' ? plain : painted
  }
  return out.isTTY && TERM !== 'dumb' ? painted : plain
}

const WORDS = { PASS: 'green', FAIL: 'red', ERROR: 'yellow', INCONCLUSIVE: 'yellow' } as const
const MARKS = { '✓': 'green', '✗': 'red', '!': 'yellow', '–': 'dim' } as const

/** A report in text: its verdict, the marks of its rows and its titles. What a target said stays as it is. */
export function paintReport(text: string, paint: Paint): string {
  if (paint === plain) {
    return text
  }
  return text
    .split('\n')
    .map((line) => {
      const [, word, rest] = /^(PASS|FAIL|ERROR|INCONCLUSIVE)(?=\s)(.*)$/s.exec(line) ?? []
      if (word !== undefined && rest !== undefined) {
        return paint(WORDS[word as keyof typeof WORDS], paint('bold', word)) + rest
      }
      const mark = /^[✓✗!–](?=\s)/u.exec(line)?.[0]
      if (mark !== undefined) {
        return paint(MARKS[mark as keyof typeof MARKS], mark) + line.slice(mark.length)
      }
      return /^(Diagnosis: \w+|Not (tested|applicable|read)|Not allowed to read)$/.test(line)
        ? paint('bold', line)
        : line
    })
    .join('\n')
}
