import { VERSION } from '../../version.ts'
import type { AddCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { withExamples } from '../help-text.ts'
import { outputOption } from '../output-option.ts'

/** `process` has them; a command is handed what it may touch, and these change nothing. */
const { version: node, platform, arch } = process

export const versionCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('version')
    .summary('Print the version, and what it runs on.')
    .description('Prints the version of this program, of Node, and the platform.')
    .addOption(outputOption())
    .action(({ output }: { output: 'text' | 'json' }) => {
      io.stdout.write(
        output === 'json'
          ? `${JSON.stringify({ version: VERSION, node, platform, arch }, null, 2)}\n`
          : `portolan ${VERSION} (Node ${node}, ${platform}-${arch})\n`,
      )
      ended(EXIT.pass)
    })
  withExamples(command, [['portolan version -o json', 'for a bug report']])
}
