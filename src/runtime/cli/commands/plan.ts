import { addAskOptions, addSourceOptions, several } from '../check/options.ts'
import { ciOption } from '../check/output-options.ts'
import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'

const EXIT_CODES = `
Exit codes: 0 where it could be planned; 1 with --fail-on, where a finding is at least so sure; 2 for all else.`

export const planCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('plan')
    .description('Show every path of a Service, and what its objects already show to be broken. Nothing is dialled.')
    .argument('[service...]', 'NAME, or svc/NAME; left out: every one of the manifests')
  addSourceOptions(command)
    .option('-A, --all-namespaces', 'every Service of every namespace')
    .option('-l, --selector <selector>', 'every Service with these labels, as kubectl takes them')
    .optionsGroup('Which paths:')
    .option('--include <paths>', 'only these: ClusterIP,NodePort,node=node-1; may be repeated', several)
    .option('--exclude <paths>', 'not these', several)
    .option('--expect-unreachable <paths>', 'these must not be reachable', several)
  addAskOptions(command)
    .optionsGroup('Reports, all of one plan:')
    .option('-o, --output <format>', 'to standard output: text, json or sarif (default: text)')
    .option('--text <file>')
    .option('--json <file>')
    .option('--sarif <file>', 'what the files of -f show, with lines')
    .option('--code-quality <file>', 'for GitLab')
    .option('--fail-on <confidence>', 'exit 1 if a finding is at least this sure: certain, likely or possible')
    .option('--no-color', 'also: NO_COLOR')
    .addOption(ciOption())
    .action(async (service: string[], options) => {
      const { plan } = await import('../check/plan.ts')
      ended(await plan(io, service, options))
    })
  withExamples(command, [
    ['portolan plan -f manifests/', 'the paths of every Service in these files'],
    ['portolan plan toad-svc -n shop', 'of a Service of the cluster'],
    ['portolan plan -f manifests/ --fail-on certain --sarif portolan.sarif', 'for code scanning'],
  ]).addHelpText('after', EXIT_CODES)
}
