/**
 * `portolan tokens`.
 *
 * @module
 */
import type { components } from '../../../client/schema.ts'
import { DURATION_EXAMPLES, parseDuration } from '../../../lib/duration.ts'
import { askServer, type ServerOptions } from '../ask-server.ts'
import { listOf } from '../check/words.ts'
import { CliError, EXIT } from '../exit.ts'
import type { Io } from '../io.ts'
import type { Output } from '../output-option.ts'
import { all, printJson, table, utc } from '../table.ts'

type TokenRequest = components['schemas']['TokenRequest']

export type ListOptions = ServerOptions & { output: Output }

export async function list(io: Io, options: ListOptions): Promise<number> {
  const found = await askServer(io, options, (client) => all(client.eachToken({ limit: 200 })))
  if (options.output === 'json') {
    printJson(io, { items: found })
    return EXIT.pass
  }
  const titles = ['ID', 'NAME', 'BEGINS', 'STATE', 'SCOPES', 'NAMESPACES', 'EXPIRES (UTC)', 'LAST USED (UTC)']
  const rows = found.map((each) => [
    ...[each.id, each.name, each.prefix, each.state, each.scopes.join(','), each.namespaces?.join(',') ?? 'all'],
    ...[utc(each.expiresAt) ?? 'never', utc(each.lastUsedAt)],
  ])
  io.stdout.write(table(titles, rows))
  return EXIT.pass
}

export type CreateOptions = ServerOptions & {
  scope: string[]
  namespace?: string[]
  cluster?: string[]
  egressOnly?: string[]
  manifests?: boolean
  expires?: string
  output: Output
}

export async function create(io: Io, name: string, options: CreateOptions): Promise<number> {
  const { scope, namespace, cluster, egressOnly, manifests, expires, output } = options
  const request = {
    ...{ name, scopes: listOf(scope) },
    ...(namespace && { namespaces: listOf(namespace) }),
    ...(cluster && { clusters: listOf(cluster) }),
    ...(egressOnly && { egressOnly: listOf(egressOnly) }),
    ...(manifests && { manifests }),
    ...(expires !== undefined && { expiresAt: instantOf(expires, Date.now()) }),
  }
  // Scopes that there are not are refused by the server, which may know more of them
  const made = await askServer(io, options, (client) => client.createToken(request as TokenRequest))
  if (output === 'json') {
    printJson(io, made)
    return EXIT.pass
  }
  io.stdout.write(`${made.token}\n`)
  const until = made.expiresAt === null ? 'does not expire' : `expires at ${utc(made.expiresAt)}`
  io.stderr.write(`Made ${made.id}, which ${until}. It is shown only this once: keep it where you keep secrets.\n`)
  return EXIT.pass
}

/** In so long, or then. */
function instantOf(text: string, nowMs: number): string {
  const inMs = parseDuration(text)
  if (inMs !== null) {
    return new Date(nowMs + inMs).toISOString()
  }
  const atMs = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(atMs)) {
    throw new CliError(`--expires takes ${DURATION_EXAMPLES}, or an instant like 2036-01-01T00:00:00Z, not "${text}".`)
  }
  return new Date(atMs).toISOString()
}

export async function remove(io: Io, id: string, options: ServerOptions): Promise<number> {
  await askServer(io, options, (client) => client.revokeToken(id))
  io.stderr.write(`${id} is revoked.\n`)
  return EXIT.pass
}
