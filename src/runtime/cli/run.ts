import { type Command, CommanderError } from 'commander'
import { ProberGoneError } from '../../check/work.ts'
import { visible, visibleLines } from '../../report/visible.ts'
import { ConfigError } from '../config.ts'
import { StartError } from '../node/start-error.ts'
import { VERSION } from '../version.ts'
import { lastAnswerTo } from './asked.ts'
import { CliError, EXIT } from './exit.ts'
import type { Io } from './io.ts'
import { createProgram } from './program.ts'

/**
 * Runs one command line.
 *
 * @returns the exit code. It never rejects for what the user or the machine can mend; a fault of ours is thrown.
 */
export async function runCli(io: Io): Promise<number> {
  let exitCode: number = EXIT.pass
  const program = createProgram(io, (code) => {
    exitCode = code
  })
  try {
    refuseToken(io.argv)
    await program.parseAsync(asked(program, io.argv), { from: 'user' })
    return exitCode
  } catch (error) {
    if (io.signal.aborted) {
      return io.signal.reason
    }
    if (error instanceof CommanderError) {
      // Help and version end by this, too; what is wrong has been printed
      return error.exitCode === 0 ? EXIT.pass : EXIT.noVerdict
    }
    if (error instanceof CliError || error instanceof ConfigError || error instanceof StartError) {
      // It may quote files of others, and what a server says
      io.stderr.write(`${visibleLines(error.message).join('\n')}\n`)
      return EXIT.noVerdict
    }
    const told = toldAtLast(io, error)
    if (told === null) {
      throw error
    }
    io.stderr.write(`${visible(told)}\n`)
    return EXIT.noVerdict
  }
}

/** Explains an error that is not about the request; null if it seems to be a fault of this program. */
function toldAtLast(io: Io, error: unknown): string | null {
  if (error instanceof ProberGoneError) {
    return proberGone(error)
  }
  const answer = lastAnswerTo(io)
  return answer !== null && (error instanceof TypeError || error instanceof RangeError)
    ? `${answer}, which this program (${VERSION}) cannot read: is it a Portolan of that version, and not another? If it is, ` +
        `please report this: ${error.message.replace(/\.$/, '')}.`
    : null
}

export const proberGone = ({ cause }: ProberGoneError): string => {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  const next =
    cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? 'Check fewer Services at once, or give it more memory: NODE_OPTIONS=--max-old-space-size=4096.'
      : 'Try again, and report it if it comes again.'
  return `The thread that probes has ended, which says nothing of any target${why.replace(/\.$/, '')}. ${next}`
}

/** Whoever is on the machine sees the arguments of programs, and shells keep them. */
function refuseToken(argv: readonly string[]): void {
  const end = argv.indexOf('--')
  if (argv.slice(0, end < 0 ? argv.length : end).some((word) => /^--token(=|$)/.test(word))) {
    throw new CliError(
      'There is no --token, as others on this machine see the arguments of programs: set PORTOLAN_TOKEN, or name a file ' +
        'that holds the token by --token-file.',
    )
  }
}

/**
 * `help check` is `check --help`, which may load what it has to say; and a word that is no command is an error, even
 * where help is wanted.
 */
function asked(program: Command, [first, ...rest]: readonly string[]): string[] {
  const words = first === 'help' ? [...rest, '--help'] : [...(first === undefined ? [] : [first]), ...rest]
  const [name] = words
  const isUnknown =
    name !== undefined && !name.startsWith('-') && !program.commands.some((each) => each.name() === name)
  return isUnknown ? [name] : words
}
