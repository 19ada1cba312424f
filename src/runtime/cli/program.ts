/**
 * The words of the command line: which commands there are, with which options.
 *
 * @module
 */
import { Command } from 'commander'
import { VERSION } from '../version.ts'
import type { AddCommand } from './command.ts'
import { applyCommand } from './commands/apply.ts'
import { backupCommand, restoreCommand } from './commands/backup.ts'
import { checkCommand } from './commands/check.ts'
import { compareCommand } from './commands/compare.ts'
import { completionCommand } from './commands/completion.ts'
import { configCommand } from './commands/config.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { planCommand } from './commands/plan.ts'
import { reportCommand } from './commands/report.ts'
import { schedulesCommand } from './commands/schedules.ts'
import { serveCommand } from './commands/serve.ts'
import { servicesCommand } from './commands/services.ts'
import { tokensCommand } from './commands/tokens.ts'
import { versionCommand } from './commands/version.ts'
import { watchCommand } from './commands/watch.ts'
import { withExamples, wrongWords } from './help-text.ts'
import type { Io } from './io.ts'

/** As they are listed by `--help`: what one does, what one looks at, what one runs. */
const COMMANDS: readonly (readonly [group: string, commands: readonly AddCommand[]])[] = [
  ['Try it:', [demoCommand]],
  ['Check a Service:', [checkCommand, watchCommand, planCommand, compareCommand]],
  ['Ask a server:', [reportCommand, servicesCommand, schedulesCommand, applyCommand, tokensCommand]],
  ['Run a server:', [serveCommand, backupCommand, restoreCommand]],
  ['About this program:', [doctorCommand, configCommand, completionCommand, versionCommand]],
]

export function createProgram(io: Io, ended: (exitCode: number) => void): Command {
  const program = new Command(io.name)
    .description('Tells whether a Kubernetes Service can be reached on every path, and which layer is broken.')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this text')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
    })
  const outputError = (text: string, write: (text: string) => void): void => write(wrongWords(program, text))
  program.configureOutput({ outputError })
  for (const [group, commands] of COMMANDS) {
    program.commandsGroup(group)
    for (const add of commands) {
      add(program, io, ended)
    }
  }
  program.helpCommand('help [command]', 'print the help of a command')
  for (const command of everyCommand(program)) {
    command.showHelpAfterError(`All it takes: ${pathOf(command)} --help`)
    if (command.configureOutput().outputError === outputError) {
      command.configureOutput({ outputError: (text, write) => write(wrongWords(command, text)) })
    }
  }
  return withExamples(program, [
    ['portolan demo', 'see it at work, with no cluster'],
    ['portolan check toad-svc -n shop', 'every path of a Service of your cluster, from here'],
    ['portolan check -f manifests.yaml', 'the same of what kubectl get … -o yaml has printed'],
    ['portolan help check', 'what a command takes, by example'],
  ]).addHelpText(
    'after',
    '\nExit codes: 0 pass; 1 a target fails; 2 everything that is not the fault of a target; 130, 143 after a signal.',
  )
}

/** Below another, at any depth. */
export const everyCommand = (command: Command): Command[] =>
  command.commands.flatMap((each) => [each, ...everyCommand(each)])

/** Its name after those above it: `portolan schedules get`. */
export const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
