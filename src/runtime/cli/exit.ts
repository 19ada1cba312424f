/**
 * Exit codes, the same everywhere: only a target that fails makes a 1.
 *
 * @module
 */
import type { Verdict } from '../../check/verdict.ts'

export const EXIT = { pass: 0, fail: 1, noVerdict: 2 } as const

/** The command cannot be carried out, and nothing is said of a target. The message is printed; exit code 2. */
export class CliError extends Error {
  override name = 'CliError'
}

export const exitCodeOf = (verdict: Verdict | null, { allowInconclusive = false } = {}): number => {
  if (verdict === 'pass' || (verdict === 'inconclusive' && allowInconclusive)) {
    return EXIT.pass
  }
  return verdict === 'fail' ? EXIT.fail : EXIT.noVerdict
}
