/**
 * `portolan schedules`.
 *
 * @module
 */
import type { Client } from '../../../client/index.ts'
import type { components } from '../../../client/schema.ts'
import { nearMiss } from '../../../lib/near.ts'
import { PlacedError, plainOf, readPlaced } from '../../placed-yaml.ts'
import { askServer, type ServerOptions } from '../ask-server.ts'
import { millisecondsOf, serviceNamed } from '../check/words.ts'
import { CliError, EXIT, exitCodeOf } from '../exit.ts'
import type { Io } from '../io.ts'
import type { Output } from '../output-option.ts'
import { all, fields, printJson, table, utc } from '../table.ts'
import { readTextInput } from '../text-input.ts'

type Schedule = components['schemas']['ScheduleHead']
type ScheduleRequest = components['schemas']['ScheduleRequest']

export type ListOptions = ServerOptions & { output: Output; managedBy?: 'discovery' | 'none' }

export async function list(io: Io, options: ListOptions): Promise<number> {
  const { managedBy, output } = options
  const found = await askServer(io, options, (client) =>
    all(client.eachSchedule({ limit: 200, ...(managedBy !== undefined && { managedBy }) })),
  )
  if (output === 'json') {
    printJson(io, { items: found })
  } else if (found.length === 0) {
    io.stderr.write('There are no schedules. portolan schedules create makes one.\n')
  } else {
    const titles = ['ID', 'NAME', 'CRON', 'TARGET', 'STATE', 'NEXT RUN (UTC)', 'LAST VERDICT']
    const rows = found.map((each) => [
      ...[each.id, each.name, each.cron, targetOf(each), stateOf(each), utc(each.nextRunAt), lastVerdict(each)],
    ])
    io.stdout.write(table(titles, rows))
  }
  return EXIT.pass
}

const targetOf = ({ target: { cluster, namespace, service } }: Schedule): string =>
  `${cluster}: ${namespace ?? '*'}/${service ?? '*'}`

function stateOf({ enabled, stalled, failing }: Schedule): string {
  if (!enabled) {
    return 'paused'
  }
  if (stalled !== null) {
    return 'stalled'
  }
  return failing === null ? 'runs' : `${failing.runs} not started`
}

const lastVerdict = ({ lastJob, lastBatch }: Schedule): string | null => lastJob?.verdict ?? lastBatch?.verdict ?? null

export async function get(io: Io, word: string, options: ListOptions): Promise<number> {
  const found = await askServer(io, options, async (client) => client.getSchedule(await idOf(client, word)))
  if (options.output === 'json') {
    printJson(io, found)
  } else {
    io.stdout.write(detailsOf(found))
  }
  return EXIT.pass
}

const detailsOf = (schedule: Schedule): string =>
  fields([
    ['id', schedule.id],
    ['name', schedule.name],
    ['cron', `${schedule.cron} (${schedule.timeZone})`],
    ['target', targetOf(schedule)],
    ['state', stateOf(schedule)],
    ['managed by', schedule.managedBy],
    ['next run', utc(schedule.nextRunAt)],
    ['last run', schedule.lastRun && `${utc(schedule.lastRun.at)} ${schedule.lastRun.outcome}`],
    ['its problem', schedule.lastRun?.problem?.detail ?? null],
    ['last job', schedule.lastJob && `${schedule.lastJob.id} ${schedule.lastJob.verdict ?? schedule.lastJob.status}`],
    ['last batch', schedule.lastBatch && `${schedule.lastBatch.id} ${schedule.lastBatch.verdict ?? ''}`.trim()],
  ])

export type CreateOptions = ServerOptions & {
  filename?: string
  namespace?: string
  cluster?: string
  cron?: string
  timeZone?: string
  name?: string
  output: Output
}

export async function create(io: Io, service: string | null, options: CreateOptions): Promise<number> {
  const request = await requestOf(io, service, options)
  // The server says what does not fit, field by field
  const made = await askServer(io, options, (client) => client.createSchedule(request as ScheduleRequest))
  if (options.output === 'json') {
    printJson(io, made)
  } else {
    io.stdout.write(`${made.id}\n`)
    io.stderr.write(`Made; it runs next at ${utc(made.nextRunAt)}. portolan schedules run ${made.id} runs it now.\n`)
  }
  return EXIT.pass
}

async function requestOf(io: Io, service: string | null, options: CreateOptions): Promise<unknown> {
  const { filename, namespace, cluster, cron, timeZone, name } = options
  const given = {
    ...(name !== undefined && { name }),
    ...(cron !== undefined && { cron }),
    ...(timeZone && { timeZone }),
  }
  if (filename !== undefined) {
    if (service !== null || namespace !== undefined || cluster !== undefined) {
      throw new CliError('A file says all that is asked for: leave out the Service, -n and --cluster, or -f.')
    }
    const document = await readDocument(io, filename)
    return typeof document === 'object' ? { ...document, ...given } : document
  }
  if (service === null) {
    throw new CliError('Say what to run: the name of a Service, or a file by -f.')
  }
  const named = serviceNamed([service]) ?? service
  return {
    ...{ name: named, cron: '@every 5m', ...given },
    job: {
      target: {
        ...{ service: named },
        ...(namespace !== undefined && { namespace }),
        ...(cluster !== undefined && { cluster }),
      },
    },
  }
}

async function readDocument(io: Io, file: string): Promise<unknown> {
  const shown = file === '-' ? 'standard input' : file
  try {
    const placed = readPlaced(await readTextInput(io, file))
    if (placed === null) {
      throw new CliError(`${shown}: it is empty.`)
    }
    return plainOf(placed)
  } catch (error) {
    throw error instanceof PlacedError ? new CliError(`${shown}:${error.line}: ${error.message}`) : error
  }
}

export type RunOptions = ServerOptions & { wait?: string | boolean; allowInconclusive?: boolean; output: Output }

export async function run(io: Io, word: string, options: RunOptions): Promise<number> {
  const { wait = true, output } = options
  const timeoutMs = millisecondsOf('--wait', typeof wait === 'string' ? wait : '60s')
  return askServer(io, options, async (client) => {
    const begun = await client.runSchedule(await idOf(client, word))
    if (wait === false) {
      io.stdout.write(output === 'json' ? '' : `${begun.id}\n`)
      if (output === 'json') {
        printJson(io, begun)
      }
      return EXIT.pass
    }
    const isBatch = begun.id.startsWith('bat_')
    const ended = await (isBatch
      ? client.waitForBatch(begun.id, { timeoutMs })
      : client.waitForJob(begun.id, { timeoutMs }))
    if (output === 'json') {
      printJson(io, ended)
    } else {
      io.stdout.write(
        await (isBatch
          ? client.getBatchReport(begun.id, { format: 'text' })
          : client.getJobReport(begun.id, { format: 'text' })),
      )
    }
    return exitCodeOf(ended.verdict, options)
  })
}

export async function enable(io: Io, word: string, options: ServerOptions & { enabled: boolean }): Promise<number> {
  const { enabled } = options
  const changed = await askServer(io, options, async (client) => {
    const { data, response } = await client.withResponse.getSchedule(await idOf(client, word))
    return client.changeSchedule(data.id, { enabled }, { ifMatch: response.headers.get('etag') ?? '*' })
  })
  io.stderr.write(enabled ? `${changed.id} runs next at ${utc(changed.nextRunAt)}.\n` : `${changed.id} is paused.\n`)
  return EXIT.pass
}

export async function remove(io: Io, word: string, options: ServerOptions): Promise<number> {
  await askServer(io, options, async (client) => {
    const id = await idOf(client, word)
    await client.deleteSchedule(id)
    io.stderr.write(`${id} is deleted. Its jobs stay.\n`)
  })
  return EXIT.pass
}

/** By its id, or by its name, where no other has it. */
async function idOf(client: Client, word: string): Promise<string> {
  if (/^sch_/.test(word)) {
    return word
  }
  const found = await all(client.eachSchedule({ limit: 200 }))
  const [first, ...others] = found.filter(({ name }) => name === word)
  if (first === undefined) {
    const near = nearMiss(
      word,
      found.map(({ name }) => name),
    )
    throw new CliError(
      `There is no schedule "${word}"${near === null ? '.' : `; did you mean "${near}"?`} portolan schedules list shows them.`,
    )
  }
  if (others.length > 0) {
    throw new CliError(`Several are called "${word}". Say which: ${[first, ...others].map(({ id }) => id).join(', ')}.`)
  }
  return first.id
}
