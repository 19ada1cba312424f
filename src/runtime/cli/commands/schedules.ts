import type { Command } from 'commander'
import { addServerOptions, type ServerOptions } from '../ask-server.ts'
import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'
import { outputOption } from '../output-option.ts'
import type { CreateOptions, ListOptions, RunOptions } from '../server/schedules.ts'

const load = () => import('../server/schedules.ts')
const ID = 'its id, or its name if no other has it'

export const schedulesCommand: AddCommand = (program, io, ended) => {
  const group = program
    .command('schedules')
    .summary('Manage what a server checks again and again: list, create, run, pause, delete.')
    .description('Manages what a server checks again and again. For schedules as code, see portolan apply.')
    .helpCommand(false)
  const add = (name: string, description: string): Command => group.command(name).description(description)

  const list = add('list', 'Lists schedules, newest first.')
    .option('--managed-by <who>', 'discovery: made from Services of the cluster; none: made over the API')
    .addOption(outputOption())
    .action(async (options: ListOptions) => ended(await (await load()).list(io, options)))
  withExamples(addServerOptions(list), [['portolan schedules list', 'with the last verdict of each']])

  const get = add('get', 'Shows one schedule, with what it asks for.')
    .argument('<schedule>', ID)
    .addOption(outputOption())
    .action(async (name: string, options: ListOptions) => ended(await (await load()).get(io, name, options)))
  withExamples(addServerOptions(get), [['portolan schedules get shop -o json', 'as the API has it']])

  const create = add('create', 'Makes a schedule from a file, or for a Service that the server reads itself.')
    .argument('[service]', 'the Service, if there is no file')
    .option('-f, --filename <file>', 'what the API takes, in YAML or JSON; - reads standard input')
    .option('-n, --namespace <namespace>', 'the namespace of the Service')
    .option('--cluster <name>', 'a cluster of the server by its name')
    .option('--cron <expression>', "five fields, @hourly, or '@every 5m' (default: @every 5m)")
    .option('--time-zone <name>', 'of the five fields, like Europe/Berlin (default: UTC)')
    .option('--name <name>', 'left out: that of the Service')
    .addOption(outputOption())
    .action(async (service: string | undefined, options: CreateOptions) =>
      ended(await (await load()).create(io, service ?? null, options)),
    )
  withExamples(addServerOptions(create), [
    ["portolan schedules create toad-svc -n shop --cron '@every 5m'", 'a Service of the cluster that the server reads'],
    ['portolan schedules create -f schedule.yaml', 'with checks, settle and the rest'],
  ])

  const run = add('run', 'Runs a schedule now, waits for the verdict, and exits accordingly.')
    .argument('<schedule>', ID)
    .option('--wait <duration>', 'how long to wait (default: 60s)')
    .option('--no-wait', 'only start it, and print the id')
    .option('--allow-inconclusive', 'exit 0 if nothing was tested')
    .addOption(outputOption())
    .action(async (name: string, options: RunOptions) => ended(await (await load()).run(io, name, options)))
  withExamples(addServerOptions(run), [
    ['portolan schedules run shop', 'its report; 0 pass, 1 fail, 2 no verdict'],
    ['portolan schedules run shop --no-wait', 'the id of the job, to look at later by portolan report'],
  ])

  for (const [name, enabled, description] of [
    ['pause', false, 'Pauses a schedule. Runs that pass meanwhile are not made up for.'],
    ['resume', true, 'Resumes a paused schedule.'],
  ] as const) {
    const command = add(name, description)
      .argument('<schedule>', ID)
      .action(async (word: string, options: ServerOptions) =>
        ended(await (await load()).enable(io, word, { ...options, enabled })),
      )
    withExamples(addServerOptions(command), [[`portolan schedules ${name} shop`, description.replace(/\.( .*)?$/, '')]])
  }

  const remove = add('delete', 'Deletes a schedule. Its jobs, and the history that they made, stay.')
    .argument('<schedule>', ID)
    .action(async (name: string, options: ServerOptions) => ended(await (await load()).remove(io, name, options)))
  withExamples(addServerOptions(remove), [['portolan schedules delete shop', 'runs no more']])
}
