import type { ApplyOptions } from '../apply/apply.ts'
import { addServerOptions } from '../ask-server.ts'
import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'
import { outputOption } from '../output-option.ts'
import { addProjectOption } from '../setting-options.ts'

export const applyCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('apply')
    .summary('Make the schedules of a server match a file.')
    .description(
      'Makes the schedules of a server match a file. The changes are shown, and then made without asking. Schedules that ' +
        'are no longer in the file stay, unless --prune is given. A paused schedule stays paused, unless the file says ' +
        'enabled. Applying the same file again changes nothing.',
    )
    .option('-f, --filename <file>', 'schedules, YAML or JSON, as the API has them; - reads standard input')
    .option('--owner <name>', 'the owner of the schedules; those of others are left alone (default: default)')
    .option('--prune', "delete the owner's schedules that are not in the file; needs --owner")
    .option('--adopt', 'take over schedules of the same names that somebody else has made')
    .option('--dry-run', 'only show what would be done')
    .addOption(outputOption())
  addServerOptions(addProjectOption(command))
  withExamples(command, [
    ['portolan apply --dry-run', 'the schedules of portolan.yaml: what would be done'],
    ['portolan apply -f schedules.yaml', 'makes and changes, deletes nothing'],
    ['portolan apply -f schedules.yaml --owner shop --prune', 'shop then has the schedules of the file, and no others'],
  ])
  command
    .addHelpText('after', '\nExit codes: 0 the server has what the file says; 2 it does not, and stderr says why.')
    .action(async (options: ApplyOptions) => {
      const { apply } = await import('../apply/apply.ts')
      ended(await apply(io, options))
    })
}
