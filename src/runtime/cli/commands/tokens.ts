import { addServerOptions, type ServerOptions } from '../ask-server.ts'
import { several } from '../check/options.ts'
import type { AddCommand } from '../command.ts'
import { withExamples } from '../help-text.ts'
import { outputOption } from '../output-option.ts'
import type { CreateOptions, ListOptions } from '../server/tokens.ts'

const load = () => import('../server/tokens.ts')

export const tokensCommand: AddCommand = (program, io, ended) => {
  const group = program
    .command('tokens')
    .summary('Manage who may use a server, and for what: list, create, delete.')
    .description('Manages who may use a server, and for what. It needs a token with the scope tokens:write.')
    .helpCommand(false)

  const list = group
    .command('list')
    .description('Lists tokens, newest first, after those of the environment. The tokens themselves are not shown.')
    .addOption(outputOption())
    .action(async (options: ListOptions) => ended(await (await load()).list(io, options)))
  withExamples(addServerOptions(list), [['portolan tokens list', 'with when each was used last']])

  const create = group
    .command('create')
    .description(
      'Makes one, and prints it to the standard output, this once: the server does not keep it. Nothing can be given that ' +
        'the caller does not have.',
    )
    .argument('<name>', 'a name for people: lists and the audit log show it')
    .requiredOption('--scope <scopes>', 'jobs:read,jobs:write and so on; may be repeated', several)
    .option('--namespace <namespaces>', 'the only namespaces that it reaches; may be repeated', several)
    .option('--cluster <clusters>', 'the only clusters that it reaches; may be repeated', several)
    .option('--egress-only <cidrs>', 'the only addresses that are dialled for it; may be repeated', several)
    .option('--manifests', 'it may send manifests in spite of --namespace or --cluster; needs --egress-only')
    .option('--expires <when>', 'in 30d, or at 2036-01-01T00:00:00Z (default: never)')
    .addOption(outputOption())
    .action(async (name: string, options: CreateOptions) => ended(await (await load()).create(io, name, options)))
  withExamples(addServerOptions(create), [
    ['portolan tokens create ci --scope jobs:read,jobs:write --namespace shop --expires 90d', 'for the CI of a team'],
    ['portolan tokens create page --scope reports:read', 'for a page that shows reports'],
    ['PORTOLAN_TOKEN=$(portolan tokens create …)', 'only the token goes to the standard output'],
  ])

  const remove = group
    .command('delete')
    .description('Revokes a token: no request with it is accepted after at most 5 s.')
    .argument('<token>', 'its id, like tok_…')
    .action(async (id: string, options: ServerOptions) => ended(await (await load()).remove(io, id, options)))
  withExamples(addServerOptions(remove), [['portolan tokens delete tok_01KAXW0000EXAMPLE0000000AB', 'at once']])
}
