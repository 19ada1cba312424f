/** Options of a command: those that are known, and for all others one line that helps. */
import { parseArgs } from 'node:util'
import { nearMiss } from '../../lib/near.ts'

/** The command line cannot be understood. The message is the one line to print; exit code 2. */
export class FlagError extends Error {}

export type FlagSpec = Readonly<Record<string, { type: 'boolean' | 'string'; short?: string }>>
export type Flags = Readonly<Record<string, string | true | undefined>>

/**
 * @param help how to see all options, like `npm start -- --help`.
 * @param hint what to do instead, for names that are known elsewhere.
 * @throws FlagError
 */
export function readFlags(
  spec: FlagSpec,
  argv: readonly string[],
  help: string,
  hint: (name: string, value: string) => string | null = () => null,
): Flags {
  const { tokens } = parseArgs({ args: [...argv], options: spec, strict: false, allowPositionals: true, tokens: true })
  const flags: Record<string, string | true> = {}
  const refuse = (what: string): never => {
    throw new FlagError(`${what} All options: ${help}`)
  }
  for (const [at, token] of tokens.entries()) {
    if (token.kind === 'option-terminator') {
      continue
    }
    if (token.kind === 'positional') {
      return refuse(`"${token.value}" is not an option.`)
    }
    const { name, rawName, value } = token
    const known = spec[name]
    if (known === undefined) {
      const next = tokens[at + 1]
      const given = value ?? (next?.kind === 'positional' ? next.value : '…')
      const near = nearMiss(name, Object.keys(spec))
      const instead = hint(name, given) ?? (near === null ? '.' : `; did you mean --${near}?`)
      return refuse(`There is no option ${rawName}${instead}`)
    }
    if (known.type === 'string' && (value === undefined || value === '')) {
      return refuse(`${rawName} needs a value.`)
    }
    if (known.type === 'boolean' && value !== undefined) {
      return refuse(`${rawName} takes no value.`)
    }
    flags[name] = value ?? true
  }
  return flags
}
