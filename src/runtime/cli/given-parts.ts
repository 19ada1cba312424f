/**
 * Reads checks and schedules from files, as the API takes them. The API judges their values; here is refused only what
 * a file may not say that the user has not named.
 *
 * @module
 */
import { fromJsonPointer } from '../../lib/json-pointer.ts'
import { lineAt, type Placed, PlacedError, plainOf, quoted, readPlaced } from '../placed-yaml.ts'
import { refusedIn } from '../project-rules.ts'
import { firstOf, type Part } from '../settings-file.ts'
import { CliError } from './exit.ts'
import type { Io } from './io.ts'
import type { ClientSettings, FilePart } from './settings.ts'
import { readTextInput } from './text-input.ts'

export type Given = {
  file: string
  /** True for a file that was found in the working folder, and not named by the user. */
  found: boolean
  /** As JSON has them; values of secrets that the environment holds are filled in. */
  values: readonly unknown[]
  /** Returns the file and line of a value, such as `portolan.yaml:3`, by its pointer within the list (RFC 6901). */
  placeOf(pointer: string): string
}

/**
 * The checks, or the schedules, that a command is to use.
 *
 * @param path a file that was named for this alone: the list, or an object that has it under its name.
 * @returns `null`: no file has any.
 * @throws CliError each mistake with file and line
 */
export async function givenPart(
  io: Io,
  part: Part,
  settings: Pick<ClientSettings, Part>,
  path?: string,
): Promise<Given | null> {
  const from = path === undefined ? settings[part] : await readPart(io, part, path)
  if (from === null) {
    return null
  }
  const { file, found, list } = from
  const wrong = found
    ? refusedIn(part, list).map(({ line, what }) => ({ line, what: `${what}. ${ofOthers(part)}` }))
    : []
  const values = found ? plainOf(list) : withValues(list, io.env, (line, what) => wrong.push({ line, what }))
  if (wrong.length > 0) {
    throw new CliError(firstOf(wrong.map(({ line, what }) => `${file}:${line}: ${what}`)).join('\n'))
  }
  const placeOf = (pointer: string) => `${file}:${lineAt(list, fromJsonPointer(pointer))}`
  return { file, found, values: values as unknown[], placeOf }
}

const INSTEAD: Readonly<Record<Part, string>> = { checks: '--checks FILE', schedules: '-f FILE' }

const ofOthers = (part: Part): string =>
  'Anybody who opens a pull request can change a file that is found, so it may not say that. Put it into a file that ' +
  `you name: ${INSTEAD[part]}, or --config FILE`

async function readPart(io: Io, part: Part, path: string): Promise<FilePart> {
  const file = path === '-' ? 'standard input' : path
  const text = await readTextInput(io, path)
  try {
    const root = readPlaced(text)
    const list = root?.kind === 'map' ? root.entries.find(({ key }) => key === part)?.value : root
    if (list?.kind !== 'list') {
      throw new PlacedError(list?.line ?? 1, `expected a list of ${part}, by itself or under the name ${part}`)
    }
    return { file, found: false, list }
  } catch (error) {
    throw error instanceof PlacedError ? new CliError(`${file}:${error.line}: ${error.message}`) : error
  }
}

/** The parents of values that may be secret, and are shown by no answer of the API. */
const HOLDERS: readonly string[] = ['headers', 'metadata']
const SECRET_FIELDS: readonly string[] = ['body', 'send', 'expect']

type Say = (line: number, what: string) => void

/** The values, with those that are to come from the environment of this process. */
function withValues(placed: Placed, env: Io['env'], say: Say, field = '', holder = ''): unknown {
  if (placed.kind === 'list') {
    return placed.items.map((item) => withValues(item, env, say, '', field))
  }
  if (placed.kind === 'scalar') {
    return placed.value
  }
  const from = placed.entries.find(({ key }) => key === 'valueFrom')
  if (from !== undefined && (HOLDERS.includes(holder) || SECRET_FIELDS.includes(field))) {
    return valueFrom(placed, from.value, env, say)
  }
  if (from !== undefined) {
    say(from.line, 'valueFrom: it may stand for a value of headers or metadata, for body, send and expect')
  }
  return Object.fromEntries(placed.entries.map(({ key, value }) => [key, withValues(value, env, say, key, field)]))
}

function valueFrom(around: Placed, from: Placed, env: Io['env'], say: Say): string {
  const given: Readonly<Record<string, unknown>> = from.kind === 'map' ? (plainOf(from) as Record<string, unknown>) : {}
  const { env: name, prefix = '', ...others } = given
  const isAlone = around.kind === 'map' && around.entries.length === 1 && Object.keys(others).length === 0
  if (!isAlone || typeof name !== 'string' || typeof prefix !== 'string') {
    say(from.line, 'valueFrom: expected {env: NAME}, or {env: NAME, prefix: "Bearer "}, and nothing beside it')
    return ''
  }
  if (name.startsWith('PORTOLAN_')) {
    say(from.line, `valueFrom: ${quoted(name)} is for Portolan itself, and is sent to nobody else`)
    return ''
  }
  const value = env[name]
  if (value === undefined || value === '') {
    say(from.line, `valueFrom: the variable ${quoted(name)} is not set in the environment of this process`)
    return ''
  }
  return prefix + value
}
