/**
 * Runs a command line of the program as a function, in a folder of its own.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Io } from '../../src/runtime/cli/io.ts'
import { runCli } from '../../src/runtime/cli/run.ts'

export type Ran = { exitCode: number; stdout: string; stderr: string }

export type CliOptions = {
  /** What the program was called as. */
  name?: string
  env?: Record<string, string>
  stdin?: string | Uint8Array
  signal?: AbortSignal
  /** Somebody looks at both. */
  isTTY?: boolean
  /** Told what is written, as it is. */
  onStdout?(text: string): unknown
  onStderr?(text: string): unknown
}

/** A folder to work in, which is gone after `remove`. */
export function cliFolder() {
  const cwd = mkdtempSync(join(tmpdir(), 'portolan-cli-'))
  return {
    cwd,
    write(name: string, content: string | Uint8Array): void {
      const path = join(cwd, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
    },
    read: (name: string): string => readFileSync(join(cwd, name), 'utf8'),
    remove: () => rmSync(cwd, { recursive: true, force: true }),
    /** Nothing of this machine's own settings or kubeconfig is seen. */
    run: (argv: readonly string[], options: CliOptions = {}) => run(cwd, argv, options),
  }
}

/** For what reads and writes no file. */
export const runCommand = (argv: readonly string[], options: CliOptions = {}): Promise<Ran> =>
  run(tmpdir(), argv, options)

async function run(cwd: string, argv: readonly string[], options: CliOptions): Promise<Ran> {
  const {
    name = 'portolan',
    env = {},
    stdin = '',
    signal = new AbortController().signal,
    isTTY = false,
    onStdout,
    onStderr,
  } = options
  const written = { stdout: '', stderr: '' }
  const outOf = (name: 'stdout' | 'stderr'): Io['stdout'] => ({
    write(text) {
      written[name] += text
      const on = name === 'stdout' ? onStdout : onStderr
      on?.(text)
    },
    isTTY,
    columns: 100,
  })
  const exitCode = await runCli({
    name,
    argv,
    env: { HOME: join(cwd, 'home'), ...env },
    cwd,
    stdin: async () => (typeof stdin === 'string' ? new TextEncoder().encode(stdin) : stdin),
    stdout: outOf('stdout'),
    stderr: outOf('stderr'),
    signal,
  })
  return { exitCode, ...written }
}
