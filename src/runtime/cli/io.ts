/**
 * Bounds what a command may touch of its process, so that tests can run a command as a function.
 *
 * @module
 */

export type Out = {
  write(text: string): void
  /** True for a terminal. */
  isTTY: boolean
  /** Characters of a line. */
  columns: number
  /** The height of the terminal in lines; left out if it is not known. */
  rows?: number
  /** Tells whether the reader of a pipe has gone, so that writing on is of no use. */
  isGone?(): boolean
}

export type Io = {
  /** The name under which the user called it: `portolan`, or `kubectl portolan` as a plugin of kubectl. */
  name: string
  /** The arguments, without the program and its own name. */
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
