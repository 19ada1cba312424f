import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GENEROUS } from './generous.ts'
import { type Program, startProgram } from './program.ts'

const root = new URL('../../', import.meta.url).pathname

/** The log line that says where it listens. */
export const LISTENING = /"listening","url":"([^"]+)"/

/** Builds what is older than its sources. */
export const buildOnce = (): void => {
  execFileSync(process.execPath, ['scripts/build.ts', '--if-needed'], { cwd: root })
}

export type Bundle = { url: string; program: Program; stop(): Promise<number | null> }

/**
 * The production bundle, built if needed, on a free loopback port with a database of its own.
 *
 * @param within a command that runs what follows it where the bundle is to run.
 */
export async function startBundle(env: Record<string, string> = {}, within: readonly string[] = []): Promise<Bundle> {
  buildOnce()
  const folder = mkdtempSync(join(tmpdir(), 'portolan-bundle-'))
  const [command = '', ...args] = [...within, process.execPath, join(root, 'dist/portolan.cjs'), 'serve']
  const program = await startProgram(command, args, LISTENING, {
    PATH: process.env.PATH,
    ...GENEROUS,
    PORTOLAN_PORT: '0',
    PORTOLAN_DATABASE: join(folder, 'portolan.db'),
    ...env,
  })
  const [, url = ''] = program.said
  return {
    url,
    program,
    async stop() {
      const code = await program.stop()
      rmSync(folder, { recursive: true })
      return code
    },
  }
}
