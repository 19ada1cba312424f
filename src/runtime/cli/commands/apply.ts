import type { ApplyOptions } from '../apply/apply.ts'
import { addServerOptions } from '../ask-server.ts'
import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'
import { outputOption } from '../output-option.ts'
import { addProjectOption } from '../setting-options.ts'

export const applyCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('apply')
    .summary('Make the schedules of a server those of a file.')
    .description(
      'Makes the schedules of a server those of a file. What is to be done is shown, and then done; nothing is asked. ' +
        'Those that are not in the file any more stay, unless --prune is given. Whether one is paused is left to whoever ' +
        'paused it, unless the file says enabled. Applied again, nothing changes.',
    )
    .option('-f, --filename <file>', 'schedules, YAML or JSON, as the API has them; - reads standard input')
    .option('--owner <name>', 'whose the schedules are; others are left alone (default: default)')
    .option('--prune', "delete the owner's schedules that the file has not; with --owner")
    .option('--adopt', 'take over schedules of the same names that the owner has not made')
    .option('--dry-run', 'only show what would be done')
    .addOption(outputOption())
  addServerOptions(addProjectOption(command))
  withExamples(command, [
    ['portolan apply --dry-run', 'the schedules of portolan.yaml: what would be done'],
    ['portolan apply -f schedules.yaml', 'makes and changes, deletes nothing'],
    ['portolan apply -f schedules.yaml --owner shop --prune', 'shop has those of the file, and no others'],
  ])
  command
    .addHelpText('after', '\nExit codes: 0 the server has what the file says; 2 it has not, and stderr says why.')
    .action(async (options: ApplyOptions) => {
      const { apply } = await import('../apply/apply.ts')
      ended(await apply(io, options))
    })
}
