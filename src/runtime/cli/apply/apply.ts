/**
 * `portolan apply`: the schedules of a file, on a server.
 *
 * @module
 */
import { type Client, createClient } from '../../../client/index.ts'
import { VERSION } from '../../version.ts'
import type { ServerOptions } from '../ask-server.ts'
import { openServer } from '../asked.ts'
import { toldToUser } from '../check/open.ts'
import { millisecondsOf } from '../check/words.ts'
import { CliError, EXIT } from '../exit.ts'
import { givenPart } from '../given-parts.ts'
import type { Io } from '../io.ts'
import type { Output } from '../output-option.ts'
import { printJson } from '../table.ts'
import { carryOut, type Done, readCurrent } from './carry-out.ts'
import { type Current, planApply, type Step } from './plan.ts'
import { renderConflicts, renderDone, renderPlan, renderSummary } from './render.ts'
import { OWNER_LABEL, type Wanted, wantedOf } from './wanted.ts'

export type ApplyOptions = ServerOptions & {
  filename?: string
  owner?: string
  prune?: boolean
  adopt?: boolean
  dryRun?: boolean
  output: Output
}

const DEFAULT_OWNER = 'default'

/** @returns the exit code: everything is as the file says, or it is not. */
export async function apply(io: Io, options: ApplyOptions): Promise<number> {
  const { owner = DEFAULT_OWNER, prune = false, adopt = false, dryRun = false, output } = options
  if (prune && options.owner === undefined) {
    throw new CliError(
      '--prune deletes what this file has not, of what its owner has made. Say whose: --owner NAME, the same each time, and of no other file.',
    )
  }
  if (owner === '' || owner.length > 256) {
    throw new CliError('--owner: expected a name of at most 256 characters.')
  }
  const requestTimeoutMs = millisecondsOf('--server-timeout', options.serverTimeout)
  const asked = await openServer(io, options)
  const given = await givenPart(io, 'schedules', asked.settings, options.filename)
  if (given === null) {
    throw new CliError('No file has schedules: name one by -f FILE, or put them into portolan.yaml in this folder.')
  }
  const wanted = wantedOf(given, owner)
  const client = createClient({
    ...{ baseUrl: asked.baseUrl, fetch: asked.fetch, requestTimeoutMs, userAgent: `portolan-cli/${VERSION}` },
    signal: io.signal,
  })
  const say = (text: string) => void (output === 'text' && io.stdout.write(`${text}\n`))
  const done: Done[] = []
  let steps: readonly Step[] = []
  let problem: string | null = null
  try {
    const { owned, others } = await readAll(client, owner, wanted)
    const plan = planApply(wanted, owned, others, { prune, adopt })
    if (plan.conflicts.length > 0) {
      throw new CliError(renderConflicts(plan.conflicts))
    }
    steps = plan.steps
    say(`${given.file} → ${asked.baseUrl}, as ${JSON.stringify(owner)}:`)
    say(renderPlan(steps))
    if (!dryRun) {
      const tell = (error: unknown) => messageOf(error, asked.baseUrl)
      await carryOut(client, owner, steps, tell, (each, instead) => {
        done.splice(instead === undefined ? done.length : done.indexOf(instead), instead === undefined ? 0 : 1, each)
        say(renderDone(each))
      })
      say(renderSummary(done))
    }
  } catch (error) {
    // A signal, too: what has been done is told all the same
    problem = io.signal.aborted ? 'It was stopped.' : messageOf(error, asked.baseUrl)
  }
  if (output === 'json') {
    const plan = steps.map(describeStep)
    printJson(io, { server: asked.baseUrl, owner, dryRun, plan, done, problem })
  }
  if (problem !== null) {
    const left = steps.length - done.length
    const rest = steps.length > 0 && !dryRun && left > 0 ? ` ${left} of ${steps.length} have not been done.` : ''
    io.stderr.write(`${problem}${rest}\n`)
  }
  return problem === null && done.every(({ did }) => did !== 'failed') ? EXIT.pass : EXIT.noVerdict
}

function messageOf(error: unknown, server: string): string {
  const told = toldToUser(error, server)
  if (told instanceof CliError) {
    return told.message
  }
  throw error
}

/** Reads the schedules of this owner, and those of others that have one of the wanted names. */
async function readAll(
  client: Client,
  owner: string,
  wanted: readonly Wanted[],
): Promise<{ owned: Current[]; others: Current[] }> {
  const names = new Set(wanted.map(({ name }) => name))
  const named = new Set<string>()
  for await (const { id, name } of client.eachSchedule({ managedBy: 'none', limit: 200 })) {
    if (names.has(name)) {
      named.add(id)
    }
  }
  // Listed last, so that what another run of the same owner has just made counts as this owner's
  const own = new Set<string>()
  for await (const { id } of client.eachSchedule({
    ...{ label: [`${OWNER_LABEL}=${owner}`], managedBy: 'none', limit: 200 },
  })) {
    own.add(id)
  }
  const foreign = [...named].filter((id) => !own.has(id))
  return { owned: await readEach(client, [...own]), others: await readEach(client, foreign) }
}

async function readEach(client: Client, ids: readonly string[]): Promise<Current[]> {
  const found: Current[] = []
  for (const id of ids) {
    const current = await readCurrent(client, id)
    if (current !== null) {
      found.push(current)
    }
  }
  return found
}

const describeStep = (step: Step) => ({
  do: step.do,
  name: 'wanted' in step ? step.wanted.name : step.current.schedule.name,
  id: 'current' in step ? step.current.schedule.id : null,
  changes: step.do === 'change' ? step.changes : [],
  unseen: step.do === 'compare' ? step.wanted.unseen : [],
})
