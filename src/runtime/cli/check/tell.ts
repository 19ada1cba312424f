/**
 * Tells what a run has found: on standard output, in files, to the CI system. All of it is of one run.
 *
 * @module
 */

import type { ManifestFile } from '../../../kube/manifest-places.ts'
import { quietJson } from '../../../lib/json.ts'
import { VERSION } from '../../version.ts'
import { EXIT } from '../exit.ts'
import type { Io } from '../io.ts'
import { type Ci, ciFile, tellCi } from './ci.ts'
import { paintFor, paintReport } from './colour.ts'
import { fenced } from './fenced.ts'
import type { Found } from './found.ts'
import { type OutputOptions, type Outputs, type Render, writeFiles } from './outputs.ts'

export type TellOptions = OutputOptions & { quiet?: boolean; color?: boolean }

export type Telling = {
  options: TellOptions
  outputs: Outputs
  ci: Ci
  /** By their paths in the repository. */
  files: readonly ManifestFile[]
}

/** @returns the exit code: the one that is given, if all that was asked for could be written. */
export async function tellFound(
  io: Io,
  found: Found,
  { options, outputs, ci, files }: Telling,
  exitCode: number,
): Promise<number> {
  const render = renderer(io, found, files)
  const isText = outputs.stdout === 'text'
  const note = found.note ?? ''
  if (!isText && options.quiet !== true) {
    io.stderr.write(note)
  }
  const text = await render(outputs.stdout)
  io.stdout.write(isText ? note + paintReport(text, paintFor(io, io.stdout, options)) : text)
  const areWritten = await writeFiles(io, outputs, render)
  const isTold = await tellCi(io, ci, {
    remarks: async (of) => of(await found.reported(), files),
    markdown: async () => (note === '' ? '' : `${fenced(note)}\n`) + (await render('markdown')),
    markdownFile: outputs.files.find(({ format }) => format === 'markdown')?.path ?? null,
    toStdout: isText,
  })
  return isTold && areWritten ? exitCode : EXIT.noVerdict
}

/** Each format is rendered once. */
function renderer(io: Io, found: Found, files: readonly ManifestFile[]): Render {
  const render: Render = async (format) => {
    switch (format) {
      case 'json':
        return `${quietJson(found.document)}\n`
      case 'sarif': {
        const { renderSarif } = await import('../../../report/sarif.ts')
        return renderSarif(await found.reported(), files, { version: VERSION })
      }
      case 'codeQuality': {
        const { renderCodeQuality } = await import('../../../report/gitlab.ts')
        return renderCodeQuality(await found.reported(), files, ciFile(io.env))
      }
      default:
        return found.report(format)
    }
  }
  const rendered = new Map<string, Promise<string>>()
  return (format) => {
    const known = rendered.get(format) ?? render(format)
    rendered.set(format, known)
    return known
  }
}
