import type { Command } from 'commander'
import { nearMiss } from '../../lib/near.ts'
import { visibleLines } from '../../report/visible.ts'

/** A line to try, and what it is for. */
export type Example = readonly [line: string, meaning: string]

/**
 * Adds examples to the help of a command, below its options. What is longer than a line has its meaning below. Lines
 * say `portolan`, and are printed as the program was called.
 */
export const withExamples = (command: Command, examples: readonly Example[]): Command =>
  command.addHelpText('after', () => {
    const name = programOf(command).name()
    return examplesText(
      examples.map(([line, meaning]) => [line.replace(/\bportolan (?=[a-z-])/g, `${name} `), meaning]),
    )
  })

const programOf = (command: Command): Command => (command.parent === null ? command : programOf(command.parent))

function examplesText(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(([line]) => line.length).filter((length) => length <= 48), 0)
  const lines = examples.flatMap(([line, meaning]) =>
    line.length <= width
      ? [`  ${line.padEnd(width)}  ${meaning}`]
      : [`  ${line}`, `  ${' '.repeat(width)}  ${meaning}`],
  )
  return `\nExamples:\n${lines.join('\n')}`
}

/**
 * Rewrites what commander says of wrong words. A script may have them from others, so the text is made safe to show.
 * The value of `--token=…` is left out, as it would stand in the log. The option that was probably meant is named,
 * which commander does not find before an equals sign.
 */
export function wrongWords(command: Command, text: string): string {
  const [, option = ''] = /unknown option '(--[^'=]+)=/.exec(text) ?? []
  const near =
    option === ''
      ? null
      : nearMiss(
          option,
          command.options.map(({ long }) => long ?? ''),
        )
  // As git takes them, and kubectl: this one has none of its own before the command
  const isBefore = command.parent === null && near === null && /unknown option '-(?!.*Did you mean)/s.test(text)
  const after = isBefore ? `Options stand behind the command: ${command.name()} check toad-svc -n shop\n` : ''
  const said = visibleLines(text.replace(/(unknown option '[^'=]+)=[^']*'/, "$1'")).join('\n')
  return said + (near === null || text.includes('Did you mean') ? '' : `(Did you mean ${near}?)\n`) + after
}
