/**
 * `portolan watch`: the same check again and again, and what changes.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { PortolanProblem, PortolanUnexpectedAnswer, PortolanUnreachable } from '../../../client/index.ts'
import type { Job } from '../../../client/schema.ts'
import { CliError, EXIT, exitCodeOf } from '../exit.ts'
import type { Io } from '../io.ts'
import { checksIn, checksOf } from './checks-file.ts'
import { paintFor } from './colour.ts'
import { done, jobOf } from './follow.ts'
import { readManifests, textOfAll } from './inputs.ts'
import { openPortolan, type Portolan, toldToUser } from './open.ts'
import { chosen } from './path-selectors.ts'
import { type Asked, type CheckOptions, sharedRequest, targetOf, waitMsOf } from './request.ts'
import { watchScreen } from './watch-screen.ts'
import { createChanges, type Seen } from './watched.ts'
import { millisecondsOf, oneOf, serviceNamed } from './words.ts'

export type Options = CheckOptions & { every?: string; until?: string; color?: boolean; allowInconclusive?: boolean }

/** A round ends within this long, whatever the pause. */
const ROUND_MS = 60_000
/** The store within this process is begun anew after this many rounds, so that it does not grow without end. */
const ROUNDS_KEPT = 100

/**
 * Goes on until it is stopped, or until the Service is as it was to become.
 *
 * @returns the exit code.
 */
export async function watch(io: Io, words: readonly string[], options: Options): Promise<number> {
  const service = serviceNamed(words)
  if (service === null && options.filename === undefined) {
    throw new CliError(`Say what to watch: ${io.name} watch NAME -n NAMESPACE, or -f FILE.`)
  }
  const until = options.until === undefined ? null : oneOf('--until', ['pass', 'fail'], options.until)
  if (until === null && options.wait !== undefined) {
    throw new CliError('--wait says how long --until may take: say until what, or stop it by Ctrl-C.')
  }
  const everyMs = Math.max(100, millisecondsOf('--every', options.every ?? '10s'))
  const endsAtMs = until === null ? Number.POSITIVE_INFINITY : performance.now() + waitMsOf(options)
  const shared = sharedRequest({ ...options, wait: `${ROUND_MS / 1000}s`, history: false })
  const files = options.filename === undefined ? null : await readManifests(io, options.filename, options)
  const open = () => openPortolan(io, options, files === null)
  let portolan = await open()
  const screen = watchScreen(io, paintFor(io, io.stdout, options), everyMs)
  const changes = createChanges()
  let verdict: Job['verdict'] = null
  try {
    const checks = await checksOf(io, options.checks, portolan.settings)
    const asked: Asked = {
      ...{ service, options, files, text: files === null ? null : await textOfAll(files) },
      shared: { ...shared, ...(checks && { checks: checksIn(checks) }) },
      namespace: options.namespace ?? null,
    }
    for (let round = 1; ; round += 1) {
      const begunAtMs = performance.now()
      const seen = await lookOnce(portolan, asked)
      verdict = seen.job?.verdict ?? null
      screen.show(changes.take(seen, new Date()))
      if (until === null && io.stdout.isGone?.()) {
        return EXIT.noVerdict
      }
      if (until !== null && verdict === until) {
        return EXIT.pass
      }
      const pauseMs = Math.max(0, begunAtMs + everyMs - performance.now())
      if (performance.now() + pauseMs > endsAtMs) {
        return overdue(io, until, verdict, options)
      }
      await sleep(pauseMs, undefined, { signal: io.signal })
      if (portolan.server === null && round % ROUNDS_KEPT === 0) {
        await portolan.close()
        portolan = await open()
      }
    }
  } catch (error) {
    throw io.signal.aborted ? error : toldToUser(error, portolan.server)
  } finally {
    screen.end()
    await portolan.close()
  }
}

/** Exits as a failed check does only if the target was to pass and fails; otherwise there is no verdict. */
function overdue(io: Io, until: string | null, verdict: Job['verdict'], options: Options): number {
  io.stderr.write(`It was not ${until === 'pass' ? 'reachable' : 'failing'} within ${waitMsOf(options) / 1000} s.\n`)
  return until === 'pass' && verdict === 'fail' ? exitCodeOf(verdict) : EXIT.noVerdict
}

async function lookOnce(portolan: Portolan, asked: Asked): Promise<Seen> {
  try {
    const work = jobOf((client) => client.createJob({ ...asked.shared, target: targetOf(asked) }))
    const job = await done(portolan, work, ROUND_MS)
    return { job: { ...job, paths: chosen(job.paths, asked.shared.paths) }, problem: null }
  } catch (error) {
    if (!mayPass(error)) {
      throw error
    }
    const told = toldToUser(error, portolan.server)
    return { job: null, problem: told instanceof Error ? told.message : String(told) }
  }
}

/** Tells whether a later round may do better: the Service may be made, the server started. A bad request stays bad. */
const mayPass = (error: unknown): boolean =>
  error instanceof PortolanUnreachable ||
  error instanceof PortolanUnexpectedAnswer ||
  (error instanceof PortolanProblem && (error.status >= 500 || error.status === 404 || error.status === 429))
