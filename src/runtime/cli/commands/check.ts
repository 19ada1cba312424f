import { addAskOptions, addSourceOptions, several } from '../check/options.ts'
import { addFileReportOptions, addReportOptions, ciOption } from '../check/output-options.ts'
import { addTryOptions } from '../check/try-options.ts'
import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'

const EXIT_CODES = `
Exit codes: 0 every path passes; 1 a path fails; 2 no verdict, for what is not the target's fault;
130, 143 after a signal. Where nothing could be tested the verdict is "inconclusive": 2, or 0 with
--allow-inconclusive.`

export const checkCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('check')
    .description('Check every path of a Service, from here or from a server.')
    .argument('[service...]', 'NAME, or svc/NAME; left out: the only one of the manifests')
  addSourceOptions(command)
    .option('-A, --all-namespaces', 'every Service of every namespace')
    .option('-l, --selector <selector>', 'every Service with these labels, as kubectl takes them')
    .optionsGroup('The run:')
    .option('--wait <duration>', 'how long to wait for the verdict: 90, 90s, 2m (default: 60s, and --settle)')
    .option('--settle <duration>', 'how long to keep trying what does not work yet')
    .option('--allow-inconclusive', 'exit 0 where nothing could be tested')
    .option('--label <key=value>', 'of the job; may be repeated', several)
    .option('--no-history', 'the server keeps the job, but adds nothing to the history of the Service')
  addTryOptions(command)
  addAskOptions(command)
  addFileReportOptions(addReportOptions(command))
    .addOption(ciOption())
    .action(async (service: string[], options) => {
      const { check } = await import('../check/check.ts')
      ended(await check(io, service, options))
    })
  withExamples(command, [
    ['portolan check toad-svc -n shop', 'of the cluster that kubectl talks to'],
    ['portolan check -f manifests/ --junit junit.xml', 'of files, with a report for CI'],
    [
      'kubectl get svc,endpointslices,ingress,pods -n shop -o yaml | portolan check -f - toad-svc',
      'of what kubectl prints',
    ],
    ['portolan check -l app=shop -A', 'every Service with that label'],
    ['portolan check toad-svc --server https://portolan.example', 'by a server, from where it stands'],
  ]).addHelpText('after', EXIT_CODES)
}
