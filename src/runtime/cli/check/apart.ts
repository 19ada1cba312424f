import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { CliError } from '../exit.ts'
import type { Io } from '../io.ts'
import { type Outputs, optionOf } from './outputs.ts'

/**
 * Sees to it that no report takes the place of another, nor of a file that is read, whatever the two are called.
 *
 * @param inputs what is read, each with the option that names it.
 * @throws CliError
 */
export async function keepApart(
  io: Io,
  { files }: Outputs,
  inputs: readonly { option: string; path: string }[],
): Promise<void> {
  const taken = new Map<string, { option: string; path: string }>()
  const read = files.length === 0 ? [] : inputs.filter(({ path }) => path !== '-')
  for (const input of read) {
    const place = await placeOf(io.cwd, input.path)
    if (place !== null) {
      taken.set(place, input)
    }
  }
  for (const { format, path } of files) {
    const named = { option: `--${optionOf(format)}`, path }
    const place = await placeOf(io.cwd, path)
    const other = place === null ? undefined : taken.get(place)
    if (other !== undefined) {
      throw new CliError(
        `${named.option} ${path} and ${other.option} ${other.path} name the same file: each report needs one of its own.`,
      )
    }
    if (place !== null) {
      taken.set(place, named)
    }
  }
}

/** Which file it is, or is to become; `null`: a device or a pipe, which takes one report after another. */
async function placeOf(cwd: string, path: string): Promise<string | null> {
  const named = resolve(cwd, path)
  const found = await stat(named, { bigint: true }).catch(() => null)
  if (found !== null) {
    return found.isFile() ? `${found.dev}:${found.ino}` : null
  }
  const folder = await realpath(dirname(named)).catch(() => dirname(named))
  return join(folder, basename(named))
}
