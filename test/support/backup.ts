import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { buffer, text } from 'node:stream/consumers'

export type Ran = { status: number | null; stdout: Buffer; said: string[] }

/**
 * Runs `portolan backup` on a database, or `portolan restore` where that is the first word.
 *
 * @param killAfterMs it is killed so long after it was started, if it runs still.
 */
export async function runBackup(
  database: string,
  args: readonly string[],
  { input = Buffer.of(), killAfterMs }: { input?: Uint8Array; killAfterMs?: number } = {},
): Promise<Ran> {
  const words = args[0] === 'restore' ? args : ['backup', ...args]
  const child = spawn(process.execPath, ['dist/portolan.cjs', ...words], { env: { PORTOLAN_DATABASE: database } })
  // It may refuse before it has read anything.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const killing = killAfterMs === undefined ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  const [stdout, said, [status]] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, 'close')])
  clearTimeout(killing ?? undefined)
  return { status, stdout, said: said.trimEnd().split('\n') }
}
