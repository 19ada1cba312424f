/**
 * What a command may touch of the process that runs it, so that tests run a command as a function.
 *
 * @module
 */

export type Out = {
  write(text: string): void
  /** Somebody looks at it as it is written. */
  isTTY: boolean
  /** Characters of a line. */
  columns: number
  /** Lines that it shows at once; left out: nobody knows. */
  rows?: number
  /** What is written can no longer be read by anybody. */
  isGone?(): boolean
}

export type Io = {
  /** What it was called as: `portolan`, or `kubectl portolan` as a plugin of kubectl. */
  name: string
  /** Without the program and its own name. */
  argv: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  /** The folder that relative paths begin at. */
  cwd: string
  /** All of standard input, to its end. */
  stdin(): Promise<Uint8Array>
  stdout: Out
  stderr: Out
  /** Aborted by SIGINT or SIGTERM. */
  signal: AbortSignal
}
