/**
 * `portolan report`.
 *
 * @module
 */

import type { Verdict } from '../../../check/verdict.ts'
import type { Client } from '../../../client/index.ts'
import { nearMiss } from '../../../lib/near.ts'
import { askServer, type ServerOptions } from '../ask-server.ts'
import { serviceNamed } from '../check/words.ts'
import { CliError, exitCodeOf } from '../exit.ts'
import type { Io } from '../io.ts'
import type { ReportFormat } from '../output-option.ts'
import { all, printJson } from '../table.ts'

export type ReportOptions = ServerOptions & {
  namespace?: string
  cluster?: string
  window?: string
  from?: string
  to?: string
  objective?: string
  output: ReportFormat
  allowInconclusive?: boolean
}

/** A document with its verdict, and the same in words. */
type Reported = { document: { verdict: Verdict | null }; text(format: TextFormat): Promise<string> }
type TextFormat = Exclude<ReportOptions['output'], 'json'>

/** @returns the exit code, which is that of the verdict. */
export async function report(io: Io, subject: string | null, options: ReportOptions): Promise<number> {
  const { document, text } = await askServer(io, options, async (client) => {
    const reported = await reportedOf(client, subject, options)
    return { document: reported.document, text: options.output === 'json' ? '' : await reported.text(options.output) }
  })
  if (options.output === 'json') {
    printJson(io, document)
  } else {
    io.stdout.write(text)
  }
  return exitCodeOf(document.verdict, options)
}

/** Reads whatever an id names, by the prefix of the id. */
const OF_ID: Readonly<Record<string, (client: Client, id: string) => Promise<Reported>>> = {
  job: async (client, id) => ({
    document: await client.getJob(id),
    text: (format) => client.getJobReport(id, { format }),
  }),
  bat: async (client, id) => ({
    document: await client.getBatch(id),
    text: (format) => client.getBatchReport(id, { format }),
  }),
  cmp: async (client, id) => ({
    document: await client.getCompare(id),
    text: (format) => client.getCompareReport(id, { format }),
  }),
}

async function reportedOf(client: Client, subject: string | null, options: ReportOptions): Promise<Reported> {
  const ofId = OF_ID[/^([a-z]+)_/.exec(subject ?? '')?.[1] ?? '']
  if (subject !== null && ofId !== undefined) {
    return ofId(client, subject)
  }
  const { namespace, cluster } = options
  const window = windowOf(options)
  if (subject === null) {
    const within = { ...(namespace !== undefined && { namespace }), ...(cluster !== undefined && { cluster }) }
    const document = await client.getReport({ ...window, ...within })
    return { document, text: (format) => client.getReport({ ...sameWindow(document, window), ...within, format }) }
  }
  const service = await findService(client, serviceNamed([subject]) ?? subject, options)
  const of = { ...(service.cluster !== undefined && { cluster: service.cluster }) }
  const document = await client.getServiceReport(service.namespace, service.name, { ...window, ...of })
  return {
    document,
    text: (format) =>
      client.getServiceReport(service.namespace, service.name, { ...sameWindow(document, window), ...of, format }),
  }
}

type Window = { window?: string; from?: string; to?: string; objective?: number }

function windowOf({ window, from, to, objective }: ReportOptions): Window {
  if (window !== undefined && (from !== undefined || to !== undefined)) {
    throw new CliError('--window ends now; --from and --to say both ends: give one or the other.')
  }
  const share = objective === undefined ? null : Number(objective)
  if (share !== null && !(objective?.trim() !== '' && share >= 0 && share <= 1)) {
    throw new CliError(`--objective takes a number from 0 to 1, like 0.999, not "${objective}".`)
  }
  return {
    ...(window !== undefined && { window }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(share !== null && { objective: share }),
  }
}

/** Fixes the window of the first answer, so that the report printed is the one judged, though time goes on between. */
const sameWindow = (document: { from: string; to: string }, { objective }: Window): Window => ({
  ...{ from: document.from, to: document.to },
  ...(objective !== undefined && { objective }),
})

type Found = { namespace: string; name: string; cluster?: string }

/** By its name alone where that says which. */
async function findService(client: Client, name: string, { namespace, cluster }: ReportOptions): Promise<Found> {
  if (namespace !== undefined) {
    return { namespace, name, ...(cluster !== undefined && { cluster }) }
  }
  const targets = (await all(client.eachService({ limit: 200, ...(cluster !== undefined && { cluster }) }))).map(
    ({ target }) => target,
  )
  const [found, ...others] = targets.filter((target) => target.service === name)
  if (found === undefined) {
    const near = nearMiss(
      name,
      targets.map(({ service }) => service),
    )
    throw new CliError(
      `No Service ${name} was ever probed${near === null ? '' : `; did you mean ${near}?`} portolan services --history lists them.`,
    )
  }
  if (others.length > 0) {
    const places = [found, ...others].map((each) => `-n ${each.namespace} --cluster ${each.cluster}`)
    throw new CliError(`There are several Services ${name}. Say which: ${places.join('; ')}.`)
  }
  return { namespace: found.namespace, name, cluster: found.cluster }
}
