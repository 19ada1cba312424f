/**
 * `portolan doctor`: what this machine can reach, which settings count, and what to do about what is wrong.
 *
 * @module
 */
import { createClient } from '../../../client/index.ts'
import { visible, wrap } from '../../../report/visible.ts'
import { ConfigError } from '../../config.ts'
import { readConfig } from '../../node/config.ts'
import { StartError } from '../../node/start-error.ts'
import { VERSION } from '../../version.ts'
import { type Asked, type Asking, openAsked } from '../asked.ts'
import { namespaceFor } from '../check/namespace.ts'
import { toldToUser } from '../check/open.ts'
import { millisecondsOf } from '../check/words.ts'
import { collectSettings } from '../config/collect.ts'
import { CliError, EXIT } from '../exit.ts'
import type { Io } from '../io.ts'
import type { Output } from '../output-option.ts'
import { readClientSettings, type SettingFlags } from '../settings.ts'
import { printJson } from '../table.ts'
import { clusterLines } from './cluster.ts'
import { type Line, line, type State } from './line.ts'
import { egressLine, type Machine, machineLines, pathsLine, thisMachine } from './machine.ts'
import { serverLines } from './server.ts'

export type DoctorOptions = SettingFlags & {
  namespace?: string
  allNamespaces?: boolean
  serverTimeout: string
  output: Output
}

/** Tells which ways of checking work from here; null for one that is not configured. */
type Ways = { manifests: boolean; cluster: boolean | null; server: boolean | null }

/**
 * @returns the exit code: 0 where a way of checking that is configured is well, or none is and manifests can be
 * checked.
 */
export async function doctor(io: Io, options: DoctorOptions, machine: Machine = thisMachine()): Promise<number> {
  const { lines, ways } = await lookAround(io, options, machine)
  if (options.output === 'json') {
    printJson(io, { version: VERSION, node: machine.node, platform: machine.platform, lines, ways })
  } else {
    io.stdout.write(`portolan ${VERSION}\n\n${lines.map(shown).join('')}\n${summaryOf(ways)}\n`)
  }
  const configured = [ways.cluster, ways.server].filter((way) => way !== null)
  return (configured.length === 0 ? ways.manifests : configured.includes(true)) ? EXIT.pass : EXIT.noVerdict
}

async function lookAround(io: Io, options: DoctorOptions, machine: Machine): Promise<{ lines: Line[]; ways: Ways }> {
  const settings = await told('settings', () => settingsLines(io, options))
  const isReadable = settings.every(({ state }) => state !== 'wrong')
  if (!isReadable) {
    const lines = [...settings, ...machineLines(io, machine, null)]
    return { lines, ways: { manifests: false, cluster: null, server: null } }
  }
  const { server, local, nameOf } = await readClientSettings(io, options)
  const config = readConfig(local, nameOf)
  const lines = [...settings, ...machineLines(io, machine, config), egressLine(config)]
  const ways: Ways = { manifests: true, cluster: null, server: null }
  lines.push(
    ...(await told('cluster', () =>
      asking(io, { ...options, server: null }, options, async (client, asked) => {
        const found = await clusterLines(client, await namespaceOf(asked, options))
        ways.cluster = found.lines.every(({ state }) => state === 'none') ? null : found.isWell
        return found.lines
      }),
    )),
    pathsLine(config),
  )
  if (lines.some(({ name, state }) => name === 'cluster' && state === 'wrong')) {
    ways.cluster = false
  }
  if (server === null) {
    lines.push(
      line(
        'none',
        'server',
        'none is named',
        'One that keeps history and runs schedules: --server, or PORTOLAN_SERVER.',
      ),
    )
  } else {
    ways.server = false
    lines.push(
      ...(await told('server', () =>
        asking(io, options, options, async (client) => {
          const found = await serverLines(client, server, Date.now)
          ways.server = found.isWell
          return found.lines
        }),
      )),
    )
  }
  return { lines, ways }
}

/** Turns a failure to look into a line, so that the other lines are printed all the same. */
async function told(name: string, look: () => Promise<Line[]>): Promise<Line[]> {
  try {
    return await look()
  } catch (thrown) {
    const error = toldToUser(thrown, null)
    if (error instanceof CliError || error instanceof ConfigError || error instanceof StartError) {
      return error.message.split('\n').map((message) => line('wrong', name, message))
    }
    throw error
  }
}

async function settingsLines(io: Io, options: DoctorOptions): Promise<Line[]> {
  const { settings, files, mistakes, remarks } = await collectSettings(io, options)
  const set = settings.filter(({ isSet }) => isSet).map(({ name, from }) => `${name} (${whereFrom(from)})`)
  const parts = files
    .filter(({ found }) => found)
    .map(({ file, checks, schedules }) => `${file} in this folder has ${checks} checks and ${schedules} schedules`)
  return [
    line(
      'ok',
      'settings',
      [set.length === 0 ? 'none is set' : set.join(', '), ...parts].join('; '),
      set.length === 0 ? null : 'portolan config shows what each says.',
    ),
    ...mistakes.map((mistake) => line('wrong', 'settings', mistake)),
    ...remarks.map((remark) => line('remark', 'settings', remark)),
  ]
}

type From = Awaited<ReturnType<typeof collectSettings>>['settings'][number]['from']

function whereFrom(from: From): string {
  switch (from.from) {
    case 'flag':
      return from.flag
    case 'file':
      return `${from.file}:${from.line}`
    default:
      return from.from
  }
}

const namespaceOf = (
  { settings }: Asked,
  { namespace, allNamespaces, context }: DoctorOptions,
): Promise<string | null> =>
  allNamespaces === true
    ? Promise.resolve(null)
    : namespaceFor(
        { server: null, settings },
        { ...(namespace !== undefined && { namespace }), ...(context !== undefined && { context }) },
        true,
      )

async function asking(
  io: Io,
  whom: Asking,
  { serverTimeout }: DoctorOptions,
  ask: (client: ReturnType<typeof createClient>, asked: Asked) => Promise<Line[]>,
): Promise<Line[]> {
  const asked = await openAsked(io, whom)
  const client = createClient({
    ...{ baseUrl: asked.baseUrl, fetch: asked.fetch, userAgent: `portolan-cli/${VERSION}`, signal: asked.signal },
    ...{ requestTimeoutMs: millisecondsOf('--server-timeout', serverTimeout), retry: { limit: 0 } },
  })
  try {
    return await ask(client, asked)
  } finally {
    await asked.close()
  }
}

const MARKS: Readonly<Record<State, string>> = { ok: '✓', remark: '!', wrong: '✗', none: '–' }
const MARGIN = 12
const WIDTH = 100

function shown({ name, state, says, todo }: Line): string {
  const [first = '', ...more] = wrap(visible(says), WIDTH - MARGIN)
  const below = [...more, ...(todo === null ? [] : wrap(`→ ${visible(todo)}`, WIDTH - MARGIN))]
  return [
    `${MARKS[state]} ${name.padEnd(MARGIN - 2)}${first}`,
    ...below.map((each) => ' '.repeat(MARGIN) + each),
    '',
  ].join('\n')
}

function summaryOf({ manifests, cluster, server }: Ways): string {
  const can = [
    ...(manifests ? ['manifests by -f FILE'] : []),
    ...(cluster === true ? ['Services of the cluster from here'] : []),
    ...(server === true ? ['what the server reaches by --server'] : []),
  ]
  const cannot = [
    ...(cluster === false ? ['the cluster from here'] : []),
    ...(server === false ? ['by the server'] : []),
  ]
  return [
    ...(can.length > 0 ? [`You can check ${can.join(', ')}.`] : []),
    ...(cannot.length > 0 ? [`Not ${cannot.join(', nor ')}: see above.`] : []),
  ].join(' ')
}
