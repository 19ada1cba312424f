import type { Command } from 'commander'
import type { Io } from './io.ts'

/**
 * A command adds itself to the program: its words and help at once, what it does when it is called.
 *
 * @param ended takes the exit code of what was called.
 */
export type AddCommand = (program: Command, io: Io, ended: (exitCode: number) => void) => void
