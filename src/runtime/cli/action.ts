/**
 * The Action of GitHub: its inputs become the options of `check`, and what came of it its outputs.
 *
 * @module
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { visibleLines } from '../../report/visible.ts'
import { CliError, EXIT } from './exit.ts'
import type { Io } from './io.ts'
import { whyUnwritten } from './why-unwritten.ts'

type Input = { name: string; takes: 'value' | 'lines' | 'switch' }

/** Inputs that are options of `check` by the same name. `action.yml` says what they mean. */
export const ACTION_INPUTS: readonly Input[] = [
  { name: 'filename', takes: 'lines' },
  { name: 'namespace', takes: 'value' },
  { name: 'server', takes: 'value' },
  { name: 'context', takes: 'value' },
  { name: 'kubeconfig', takes: 'value' },
  { name: 'cluster', takes: 'value' },
  { name: 'all-namespaces', takes: 'switch' },
  { name: 'selector', takes: 'value' },
  { name: 'wait', takes: 'value' },
  { name: 'settle', takes: 'value' },
  { name: 'samples', takes: 'value' },
  { name: 'retries', takes: 'value' },
  { name: 'timeout', takes: 'value' },
  { name: 'checks', takes: 'value' },
  { name: 'include', takes: 'lines' },
  { name: 'exclude', takes: 'lines' },
  { name: 'expect-unreachable', takes: 'lines' },
  { name: 'strict-egress', takes: 'switch' },
  { name: 'allow-inconclusive', takes: 'switch' },
]

/** The runner gives `expect-unreachable` as INPUT_EXPECT-UNREACHABLE, and what is not set as an empty text. */
const given = (env: Io['env'], name: string): string => (env[`INPUT_${name.toUpperCase()}`] ?? '').trim()

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/**
 * The words of `check` for the inputs of a step. Values are joined to their options, so that none is taken for an
 * option of its own, whatever it begins with.
 *
 * @throws CliError where a switch is neither true nor false.
 */
export function wordsOfInputs(env: Io['env']): string[] {
  // It is on by itself, and of what is dialled from the runner: a server's own settings say what it dials
  const asksServer = given(env, 'server') !== '' || (env.PORTOLAN_SERVER ?? '') !== ''
  const options = ACTION_INPUTS.flatMap(({ name, takes }) => {
    const value = given(env, name)
    if (value === '') {
      return []
    }
    if (takes === 'switch') {
      return isOn(name, value) && !(name === 'strict-egress' && asksServer) ? [`--${name}`] : []
    }
    return (takes === 'lines' ? linesOf(value) : [value]).map((each) => `--${name}=${each}`)
  })
  return ['check', ...options, '--', ...linesOf(given(env, 'service'))]
}

function isOn(name: string, value: string): boolean {
  if (/^(true|false)$/i.test(value)) {
    return value.toLowerCase() === 'true'
  }
  throw new CliError(`The input ${name} is true or false, and "${value}" was given.`)
}

/**
 * Runs a step of the Action.
 *
 * @param run runs one command line.
 * @returns the exit code, which is that of `check`.
 */
export async function runAction(io: Io, run: (io: Io) => Promise<number>): Promise<number> {
  const said: string[] = []
  let hasAnnotation = false
  const look = (text: string) => {
    hasAnnotation ||= /^::error /m.test(text)
  }
  const stdout = heard(io.stdout, look)
  // GitHub reads annotations from both
  const stderr = heard(io.stderr, (text) => {
    look(text)
    said.push(text)
  })
  const exitCode = await runStep({ ...io, stdout, stderr }, run).catch((error: unknown) => {
    if (!(error instanceof CliError)) {
      throw error
    }
    stderr.write(`${visibleLines(error.message).join('\n')}\n`)
    return EXIT.noVerdict
  })
  const why = said.join('').trim()
  // GitHub folds the log of a step, and shows annotations
  if (exitCode === EXIT.noVerdict && !hasAnnotation && why !== '') {
    io.stdout.write(`::error title=Portolan::${escapeData(why)}\n`)
  }
  return exitCode
}

const heard = (out: Io['stdout'], listen: (text: string) => void): Io['stdout'] => ({
  ...out,
  write: (text) => {
    listen(text)
    out.write(text)
  },
})

async function runStep(io: Io, run: (io: Io) => Promise<number>): Promise<number> {
  const words = wordsOfInputs(io.env)
  const folder = join(io.env.RUNNER_TEMP || io.cwd, `portolan-${randomBytes(6).toString('hex')}`)
  await mkdir(folder, { recursive: true }).catch((error: unknown) => unwritten(folder, error))
  const files = {
    report: join(folder, 'portolan.json'),
    markdown: join(folder, 'portolan.md'),
    junit: join(folder, 'portolan.xml'),
  }
  const token = given(io.env, 'token')
  if (token !== '') {
    io.stdout.write(`::add-mask::${escapeData(token)}\n`)
  }
  const reports = [`--json=${files.report}`, `--markdown=${files.markdown}`, `--junit=${files.junit}`]
  const [command = '', ...rest] = words
  const exitCode = await run({
    ...io,
    argv: [command, ...reports, ...rest],
    env: { ...io.env, ...(token !== '' && { PORTOLAN_TOKEN: token }) },
  })
  await tellOutputs(io.env.GITHUB_OUTPUT, files)
  return exitCode
}

async function tellOutputs(file: string | undefined, files: { report: string }): Promise<void> {
  if (!file) {
    return
  }
  const report = await readFile(files.report, 'utf8').then(JSON.parse, () => null)
  const outputs = report === null ? { verdict: '', summary: '' } : { ...toldOf(report), ...files }
  // The runner reads name<<WORD, the value, WORD; what nobody can guess cannot stand in a value
  const end = randomUUID()
  await appendFile(
    file,
    Object.entries(outputs)
      .map(([name, value]) => `${name}<<${end}\n${value}\n${end}\n`)
      .join(''),
  ).catch((error: unknown) => unwritten('GITHUB_OUTPUT', error))
}

function unwritten(what: string, error: unknown): never {
  throw new CliError(`${what} could not be written: ${whyUnwritten(error)}.`, { cause: error })
}

type Told = {
  verdict?: unknown
  summary?: Readonly<Record<string, unknown>>
  target?: { namespace?: string; service?: string }
}

/** A job or a batch in one line: its verdict, which Service, and its counts. */
function toldOf({ verdict, summary = {}, target }: Told): { verdict: string; summary: string } {
  const counts = Object.entries(summary).flatMap(([name, count]) =>
    typeof count === 'number' && count > 0 ? [`${count} ${name}`] : [],
  )
  const service = target?.service === undefined ? [] : [`${target.namespace ?? ''}/${target.service}`]
  return { verdict: String(verdict ?? ''), summary: [String(verdict ?? ''), ...service, counts.join(', ')].join('  ') }
}

/** As packages/core/src/command.ts of actions/toolkit has it. */
const escapeData = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
