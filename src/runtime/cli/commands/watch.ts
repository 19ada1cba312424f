import { addAskOptions, addSourceOptions } from '../check/options.ts'
import { addTryOptions } from '../check/try-options.ts'
import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'

const EXIT_CODES = `
Exit codes: with --until 0 as soon as it is so; 1 where it was to pass and fails when the time is up;
2 for all else. Without it: 130 when Ctrl-C ends it.`

export const watchCommand: AddCommand = (program, io, ended) => {
  const command = program
    .command('watch')
    .description('Check a Service again and again, and show what changes.')
    .argument('[service...]', 'NAME, or svc/NAME; left out: the only one of the manifests')
  addSourceOptions(command)
    .optionsGroup('How long, and how often:')
    .option('--every <duration>', 'from one look to the next (default: 10s)')
    .option('--until <state>', 'end as soon as it is so: pass or fail')
    .option('--wait <duration>', 'how long --until may take (default: 60s)')
  addTryOptions(command)
  addAskOptions(command)
    .optionsGroup('How it looks:')
    .option('--no-color', 'also: NO_COLOR')
    .action(async (service: string[], options) => {
      const { watch } = await import('../check/watch.ts')
      ended(await watch(io, service, options))
    })
  withExamples(command, [
    ['portolan watch toad-svc -n shop', 'how each path is, and since when'],
    ['portolan watch toad-svc --until pass --wait 5m', 'wait until every path passes'],
    ['portolan watch toad-svc | tee changes.log', 'a line for each change'],
  ]).addHelpText('after', EXIT_CODES)
}
