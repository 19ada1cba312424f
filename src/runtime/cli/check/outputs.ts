/**
 * All the reports of one run: one to standard output, and any number of files.
 *
 * @module
 */
import { CliError } from '../exit.ts'
import type { Io } from '../io.ts'
import { whyUnwritten } from '../why-unwritten.ts'
import { oneOf } from './words.ts'
import { writeWhole } from './write-file.ts'

const OUTPUTS = ['text', 'json', 'junit', 'markdown', 'csv', 'tap', 'sarif'] as const
export type Output = (typeof OUTPUTS)[number]

/** Options that name a file for a format; `codeQuality` has no other place. */
export const FILES = [...OUTPUTS, 'codeQuality'] as const
export type FileFormat = (typeof FILES)[number]

export type OutputOptions = { output?: string } & { [F in FileFormat]?: string }

/** Renders what was found; what is not asked for is not rendered. */
export type Render = (format: FileFormat) => Promise<string>

export type Outputs = { stdout: Output; files: readonly { format: FileFormat; path: string }[] }

/** @param able the formats that this command has. */
export function outputsOf(options: OutputOptions, able: readonly Output[] = OUTPUTS): Outputs {
  const files = FILES.flatMap((format) => {
    const path = options[format]
    return path === undefined ? [] : [{ format, path }]
  })
  const dash = files.find(({ path }) => path === '-')
  if (dash !== undefined) {
    throw new CliError(`--${optionOf(dash.format)} takes a file; standard output is chosen by -o.`)
  }
  return { stdout: oneOf('-o', able, options.output === 'wide' ? 'text' : (options.output ?? 'text')), files }
}

export const optionOf = (format: FileFormat): string => (format === 'codeQuality' ? 'code-quality' : format)

/**
 * Writes every file that can be written.
 *
 * @returns whether all could; each that could not is told in a line.
 */
export async function writeFiles(io: Io, { files }: Outputs, render: Render): Promise<boolean> {
  let all = true
  for (const { format, path } of files) {
    const text = await render(format)
    try {
      await writeWhole(io.cwd, path, text)
    } catch (error) {
      all = false
      io.stderr.write(`--${optionOf(format)} ${path} could not be written: ${whyUnwritten(error)}.\n`)
    }
  }
  return all
}
