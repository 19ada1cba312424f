import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'
import { outputOption } from '../output-option.ts'
import { addReadOptions } from '../read-options.ts'
import type { ServicesOptions } from '../server/services.ts'

export const servicesCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('services')
    .summary('List the Services of a cluster, or all that a server has ever probed.')
    .description(
      'Lists the Services that a cluster has now, read from here or by a server, with type, ports, what routes to them and, ' +
        'from a server, the last verdict. With --history: all that a server has ever probed, with their availability.',
    )
    .option('-n, --namespace <namespace>', 'only those of this namespace')
    .option('-l, --selector <selector>', 'only those with these labels, as kubectl takes them')
    .option('--cluster <name>', 'a cluster by its name; left out: the first')
    .option('--local', 'from here, whatever PORTOLAN_SERVER says')
    .option('--history', 'all that the server has ever probed')
    .option('--window <duration>', 'with --history: the time over which availability is shown (default: 24h)')
    .addOption(outputOption())
    .action(async (options: ServicesOptions) => {
      const { services } = await import('../server/services.ts')
      ended(await services(io, options))
    })
  addReadOptions(command)
  withExamples(command, [
    ['portolan services -n shop', 'of the cluster that kubectl talks to'],
    ['portolan services --server https://portolan.example', 'of the cluster that the server reads, with verdicts'],
    ['portolan services --history --window 7d', 'how available each was'],
  ])
}
