import type { AddCommand } from '../command.ts'
import type { DoctorOptions } from '../doctor/doctor.ts'
import { withExamples } from '../help-text.ts'
import { outputOption } from '../output-option.ts'
import { addReadOptions } from '../read-options.ts'

export const doctorCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('doctor')
    .summary('Look at what this machine can reach, and say what to do about what it cannot.')
    .description(
      'Says which settings are in force and where they come from, which cluster is read and what may be read of it, what ' +
        'can be tested from here, and whether the server answers, and to whom. It shows no secret, and dials no target.',
    )
    .option(
      '-n, --namespace <namespace>',
      'the namespace in which Services should be readable (default: that of the context)',
    )
    .option('-A, --all-namespaces', 'check that Services may be read in all namespaces')
    .addOption(outputOption())
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('../doctor/doctor.ts')
      ended(await doctor(io, options))
    })
  addReadOptions(command)
  withExamples(command, [
    ['portolan doctor', 'before the first check'],
    ['portolan doctor -n shop --context staging', 'another namespace, another cluster'],
    ['portolan doctor -o json', 'for a bug report'],
  ])
  command.addHelpText(
    'after',
    '\nExit codes: 0 where the cluster or the server that is set can be asked, or neither is set; 2 where they cannot,\n' +
      'or a setting is wrong.',
  )
}
