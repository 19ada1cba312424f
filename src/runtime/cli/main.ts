/**
 * The program, from a process to an exit code. The bundle of it is one file, from which its threads start as well.
 *
 * @module
 */
import { basename } from 'node:path'
import { isMainThread, workerData } from 'node:worker_threads'
import { EXIT } from './exit.ts'
import type { Io, Out } from './io.ts'
import { whyUnwritten } from './why-unwritten.ts'

async function main(): Promise<void> {
  const runHere = await programOf(process.argv[2])
  const stop = new AbortController()
  const stopBy = (exitCode: number): void => {
    if (stop.signal.aborted) {
      // Whoever asks twice does not want to wait for a goodbye.
      process.exit(exitCode)
    }
    stop.abort(exitCode)
  }
  process.on('SIGINT', () => stopBy(130))
  process.on('SIGTERM', () => stopBy(143))
  const [stdout, stderr] = [outOf(process.stdout), outOf(process.stderr)]
  const exitCode = await runHere({
    name: basename(process.argv[1] ?? '').startsWith('kubectl-') ? 'kubectl portolan' : 'portolan',
    argv: process.argv.slice(2),
    env: process.env,
    cwd: folderHere(),
    stdin: readStdin,
    ...{ stdout, stderr },
    signal: stop.signal,
  })
  const lost = await stdout.lost()
  if (lost !== null) {
    stderr.write(`Standard output could not be written: ${whyUnwritten(lost)}.\n`)
  }
  process.exitCode = stop.signal.aborted ? stop.signal.reason : lost === null ? exitCode : EXIT.noVerdict
}

/** Whoever stands in a folder that is gone may still ask for help, and a file by its whole path. */
function folderHere(): string {
  try {
    return process.cwd()
  } catch {
    // Node starts no thread without one
    process.chdir('/')
    return process.env.PWD ?? '/'
  }
}

/** The Action of GitHub is called by `action.cjs` alone, and stands in no help. */
async function programOf(word: string | undefined): Promise<(io: Io) => Promise<number>> {
  const { runCli } = await import('./run.ts')
  if (word !== 'action') {
    return runCli
  }
  const { runAction } = await import('./action.ts')
  return (io) => runAction(io, runCli)
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) {
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const COLUMNS = 100

/** `lost` says why not all could be written, once that is known; whoever writes goes on. */
function outOf(stream: NodeJS.WriteStream): Out & { lost(): Promise<Error | null> } {
  let lost: Error | null = null
  stream.on('error', (error) => {
    lost ??= error
  })
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY === true,
    // Terminals that were made by a program often say 0
    columns: stream.columns || COLUMNS,
    ...(stream.rows && { rows: stream.rows }),
    isGone: () => lost !== null,
    lost: () => new Promise((resolve) => stream.write('', (error) => resolve(lost ?? error ?? null))),
  }
}

/** Loads what a thread does, by the name of the role that it is started with. */
const ROLES: Readonly<Record<string, () => Promise<unknown>>> = {
  prober: () => import('../node/prober-thread.ts'),
  world: () => import('./demo/world-thread.ts'),
}

if (isMainThread) {
  await main()
} else {
  const begin = ROLES[workerData.role]
  if (begin === undefined) {
    throw new Error(`there is no thread for "${workerData.role}"`)
  }
  await begin()
}
