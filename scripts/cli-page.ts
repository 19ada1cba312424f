/** Writes `docs/cli.md`, the help of every command, with `--write`; `npm run docs:check` fails where it is not that. */
import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Io, Out } from '../src/runtime/cli/io.ts'
import { createProgram, everyCommand, pathOf } from '../src/runtime/cli/program.ts'
import { SETTINGS_HELP } from '../src/runtime/cli/serve-help.ts'

export const CLI_PAGE = 'docs/cli.md'

const HEAD = `<!-- Written by \`npm run cli-page\` from the program; do not edit. -->

# The commands

What \`portolan help COMMAND\` prints, but for the settings of \`serve\`. As a plugin of kubectl the same commands are \`kubectl portolan …\`. What each setting
means: [settings](settings.md). Exit codes, everywhere: 0 pass, 1 a target fails, 2 everything that is not the fault of a
target, 130 and 143 after a signal.
`

const SILENT: Out = { write: () => undefined, isTTY: false, columns: 100 }

export const documentedProgram = (): Command =>
  createProgram(
    {
      ...{ name: 'portolan', argv: [], env: {}, cwd: '.', stdin: async () => new Uint8Array() },
      ...{ stdout: SILENT, stderr: SILENT, signal: new AbortController().signal },
    } satisfies Io,
    () => undefined,
  )

/** As it is printed, with what commands add to it. */
export function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: (part) => {
      text += part
    },
  })
  command.outputHelp()
  return text
}

/** What all settings mean is a page of its own. */
const shown = (help: string): string =>
  help.replace(SETTINGS_HELP, '(What all settings mean: docs/settings.md.)\n').trimEnd()

export function cliPage(): string {
  const program = documentedProgram()
  const commands = [program, ...everyCommand(program).filter(({ commands: below }) => below.length === 0)]
  const sections = commands.map((command) => `## ${pathOf(command)}\n\n\`\`\`text\n${shown(helpOf(command))}\n\`\`\`\n`)
  return `${HEAD}\n${sections.join('\n')}`
}

if (process.argv.includes('--write')) {
  writeFileSync(CLI_PAGE, cliPage())
}
