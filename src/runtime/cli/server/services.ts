/**
 * `portolan services`.
 *
 * @module
 */
import type { Client } from '../../../client/index.ts'
import { openPortolan, toldToUser } from '../check/open.ts'
import type { AskOptions } from '../check/options.ts'
import { CliError, EXIT } from '../exit.ts'
import type { Io } from '../io.ts'
import type { Output } from '../output-option.ts'
import { all, printJson, table, utc } from '../table.ts'

export type ServicesOptions = AskOptions & {
  namespace?: string
  selector?: string
  cluster?: string
  history?: boolean
  window?: string
  output: Output
}

export async function services(io: Io, options: ServicesOptions): Promise<number> {
  const isHistory = options.history === true
  if (options.window !== undefined && !isHistory) {
    throw new CliError('--window is about what was probed before: add --history.')
  }
  if (options.selector !== undefined && isHistory) {
    throw new CliError('--history knows the names of Services, not their labels: leave -l out.')
  }
  const portolan = await openPortolan(io, options, true)
  try {
    if (isHistory && portolan.server === null) {
      throw new CliError(
        'Name the Portolan that has the history: --server https://portolan.example, or PORTOLAN_SERVER.',
      )
    }
    await (isHistory ? printHistory : printLive)(io, portolan.client, options, portolan.server !== null)
    return EXIT.pass
  } catch (error) {
    throw io.signal.aborted ? error : toldToUser(error, portolan.server)
  } finally {
    await portolan.close()
  }
}

/** @param keeps one that keeps nothing has no verdicts. */
async function printLive(io: Io, client: Client, options: ServicesOptions, keeps: boolean): Promise<void> {
  const { namespace, selector, output } = options
  const cluster = options.cluster ?? (await firstCluster(client))
  const found = await all(
    client.eachClusterService(cluster, {
      ...{ limit: 200 },
      ...(namespace !== undefined && { namespace }),
      ...(selector !== undefined && { selector }),
    }),
  )
  if (output === 'json') {
    return printJson(io, { items: found })
  }
  if (found.length === 0) {
    io.stderr.write('There is no such Service.\n')
    return
  }
  const unread = [...new Set(found.flatMap((each) => each.unread))]
  io.stdout.write(
    table(
      ['NAMESPACE', 'NAME', 'TYPE', 'PORTS', 'ROUTES', ...(keeps ? ['LAST VERDICT', 'LAST JOB (UTC)'] : [])],
      found.map((each) => [
        ...[each.namespace, each.name, each.type],
        each.ports.map(({ port, protocol }) => `${port}/${protocol}`).join(',') || null,
        each.routes.map(({ kind, name }) => `${kind}/${name}`).join(',') || null,
        ...(keeps ? [each.lastVerdict, utc(each.lastAt)] : []),
      ]),
    ),
  )
  if (unread.length > 0) {
    io.stderr.write(`Routes may be missing, as these kinds were not read: ${unread.join(', ')}.\n`)
  }
}

async function firstCluster(client: Client): Promise<string> {
  const { items } = await client.listClusters()
  const read = items.find(({ source }) => source !== null)
  if (read === undefined) {
    throw new CliError(
      'No cluster is read: name a kubeconfig by --kubeconfig, or a server that reads one by --server. What a server has ' +
        'probed lists --history.',
    )
  }
  return read.name
}

async function printHistory(io: Io, client: Client, options: ServicesOptions): Promise<void> {
  const { namespace, cluster, window, output } = options
  const found = await all(
    client.eachService({
      ...{ limit: 200 },
      ...(namespace !== undefined && { namespace }),
      ...(cluster !== undefined && { cluster }),
      ...(window !== undefined && { window }),
    }),
  )
  if (output === 'json') {
    return printJson(io, { items: found })
  }
  if (found.length === 0) {
    io.stderr.write('No such Service was ever probed.\n')
    return
  }
  io.stdout.write(
    table(
      ['CLUSTER', 'NAMESPACE', 'NAME', 'STATE', 'SINCE (UTC)', 'AVAILABLE', 'INCIDENTS', 'LAST JOB (UTC)'],
      found.map(({ target, state, sinceAt, availability, openIncidents, lastAt }) => [
        ...[target.cluster, target.namespace, target.service, state ?? 'untested', utc(sinceAt)],
        availability === null ? null : `${Number((availability * 100).toFixed(3))} %`,
        ...[openIncidents === 0 ? null : `${openIncidents} open`, utc(lastAt)],
      ]),
    ),
  )
}
