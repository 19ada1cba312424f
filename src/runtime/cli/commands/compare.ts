import { addAskOptions, addSourceOptions, several } from '../check/options.ts'
import { addReportOptions, ciOption } from '../check/output-options.ts'
import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'

const EXIT_CODES = `
Exit codes: 0 alike; 1 different; 2 where a side could not be asked, and for all that is not the targets' fault.`

export const compareCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('compare')
    .description('Send the same requests to two ways in, and compare the answers.')
    .argument('<left>', 'Ingress/NAME, HTTPRoute/NAMESPACE/NAME, or the id of a job')
    .argument('<right>', 'the same')
  addSourceOptions(command)
    .optionsGroup('What is asked:')
    .option('--service <name>', 'only what leads to this Service')
    .option('--ignore-header <names>', 'headers that do not count; may end with *; may be repeated', several)
    .option('--methods <methods>', 'methods that may be sent (default: GET, and HEAD)', several)
    .option('--requests <count>', 'how many requests at most (default: 200)')
    .option('--timeout <duration>', 'of one request (default: 5s)')
    .option('--wait <duration>', 'how long to wait for the verdict (default: 60s)')
    .option('--left-controller <addresses>', 'where the router of the left side is reached', several)
    .option('--left-ports <ports>', 'of that router (default: http=80,https=443)')
    .option('--right-controller <addresses>', 'where the router of the right side is reached', several)
    .option('--right-ports <ports>', 'of that router')
    .option('--label <key=value>', 'of the comparison; may be repeated', several)
  addAskOptions(command)
  addReportOptions(command)
    .addOption(ciOption())
    .option('--allow-inconclusive', 'exit 0 where a side could not be asked')
    .action(async (left: string, right: string, options) => {
      const { compare } = await import('../check/compare.ts')
      ended(await compare(io, left, right, options))
    })
  withExamples(command, [
    ['portolan compare Ingress/shop HTTPRoute/shop -n shop', 'does the Gateway answer as the Ingress does?'],
    ['portolan compare ingress/shop httproute/edge/shop -f manifests/ --ignore-header x-served-by', 'of files'],
    ['portolan compare job_01KAXW… job_01KAXX… --server https://portolan.example', 'what two jobs had planned'],
  ]).addHelpText('after', EXIT_CODES)
}
