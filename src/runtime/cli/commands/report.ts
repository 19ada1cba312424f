import { Option } from 'commander'
import { addServerOptions } from '../ask-server.ts'
import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'
import { REPORT_FORMATS } from '../output-option.ts'
import type { ReportOptions } from '../server/report.ts'

export const reportCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('report')
    .summary('Print a report of a server: over a window of time, or of a job that has ended.')
    .description(
      'Prints a report of what a server has recorded: by default of all Services over a window of time; with a name, of ' +
        'that Service; with the id of a job, a batch or a comparison, its report again.',
    )
    .argument('[subject]', 'a Service, or an id like job_…')
    .option('-n, --namespace <namespace>', 'of the Service; without one, only Services of this namespace')
    .option('--cluster <name>', 'a cluster of the server by its name')
    .option('--window <duration>', 'ends now: 90s, 15m, 24h or 30d (default: 24h)')
    .option('--from <instant>', 'the beginning, instead of a window, like 2026-11-30T00:00:00Z')
    .option('--to <instant>', 'its end (default: now)')
    .option('--objective <share>', 'the least availability that is a pass, from 0 to 1 (default: 1)')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(REPORT_FORMATS).default('text'))
    .option('--allow-inconclusive', 'exit 0 if nothing was tested')
    .action(async (subject: string | undefined, options: ReportOptions) => {
      const { report } = await import('../server/report.ts')
      ended(await report(io, subject ?? null, options))
    })
  addServerOptions(command)
  withExamples(command, [
    ['portolan report --window 7d', 'all Services over the last week'],
    ['portolan report toad-svc -n shop -o markdown', 'one Service, for a page'],
    ['portolan report job_01KAXW0000EXAMPLE0000000AB', 'what a job has found'],
    ['portolan report --objective 0.999 --window 30d', 'exits 1 if less than that was reachable'],
  ])
  command.addHelpText('after', '\nExit codes: 0 pass; 1 fail; 2 no verdict, or the server could not be asked.')
}
