import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

export type Program = {
  /** Holds the match of `ready`. */
  said: RegExpMatchArray
  /** Lines of its stderr so far. */
  lines: readonly string[]
  process: ChildProcess
  /** SIGTERM; its exit code once it and its children have ended. `null`: ended by the signal. */
  stop(): Promise<number | null>
}

/**
 * Starts a program and resolves when a line of its stderr matches `ready`; throws with its output if it ends before.
 *
 * @param onSpawn is handed the process at once: it may be killed before it is ready.
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  ready: RegExp,
  env: Record<string, string | undefined> = process.env,
  onSpawn?: (child: ChildProcess) => void,
): Promise<Program> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env })
  onSpawn?.(child)
  const closed = once(child, 'close')
  const lines: string[] = []
  const said = await new Promise<RegExpMatchArray>((resolve, reject) => {
    child.once('error', reject)
    const reader = createInterface({ input: child.stderr })
    reader.on('line', (line) => {
      lines.push(line)
      const match = ready.exec(line)
      if (match !== null) {
        resolve(match)
      }
    })
    reader.on('close', () => reject(new Error(`${command} ended before it was ready:\n${lines.join('\n')}`)))
  })
  return {
    said,
    lines,
    process: child,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
      }
      const [code] = await closed
      return code
    },
  }
}

/** A port that was free a moment ago, for programs that cannot say which one they got. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) {
    throw new Error('a TCP server has a port')
  }
  return address.port
}
