/**
 * Tells why a request was refused, with the lines of the files that are at fault, if any are.
 *
 * @module
 */
import { PortolanProblem } from '../../../client/index.ts'
import type { ManifestFile } from '../../../kube/manifest-places.ts'
import { VERSION } from '../../version.ts'
import { CliError } from '../exit.ts'
import type { Io } from '../io.ts'
import { type Checks, faultsInChecks } from './checks-file.ts'
import { ciFile, tellCi } from './ci.ts'
import { toldToUser } from './open.ts'
import { writeFiles } from './outputs.ts'
import type { Telling } from './tell.ts'

const OF_MANIFESTS: ReadonlySet<string> = new Set(['malformed_manifests', 'invalid_manifest'])

/**
 * Makes of an error what the user is told. Manifests that were refused are told to the CI system as well, and in those
 * of the reports that are about files.
 *
 * @param server `null`: within this process.
 */
export async function refused(
  io: Io,
  error: unknown,
  {
    server,
    files,
    checks,
    telling,
  }: {
    server: string | null
    files: readonly ManifestFile[]
    checks: Checks | null
    telling: Telling
  },
): Promise<unknown> {
  if (!(error instanceof PortolanProblem)) {
    return toldToUser(error, server)
  }
  if (OF_MANIFESTS.has(error.code) && files.length > 0) {
    await tellRefusal(io, error, telling)
    return new CliError(await linesOf(error, files))
  }
  const inChecks = checks === null ? null : faultsInChecks(checks, error.errors)
  if (inChecks !== null) {
    return new CliError(inChecks)
  }
  return error.code === 'service_ambiguous'
    ? new CliError(`${error.detail} ${io.name} check -f FILE NAME checks one of them, -A all.`)
    : toldToUser(error, server)
}

async function linesOf(problem: PortolanProblem, files: readonly ManifestFile[]): Promise<string> {
  const { remarksOfRefusal } = await import('../../../report/refused.ts')
  return remarksOfRefusal(problem, files)
    .map(({ place, title }) => (place === null ? title : `${place.path}:${place.line}: ${title.replace(AT_LINE, '')}`))
    .join('\n')
}

/** A line of the whole text, where the line of the file is told. */
const AT_LINE = /^Line \d+, column \d+: /

async function tellRefusal(io: Io, problem: PortolanProblem, { outputs, ci, files }: Telling): Promise<void> {
  await tellCi(io, ci, {
    remarks: async (_of, ofRefusal) => ofRefusal(problem, files),
    markdown: null,
    toStdout: false,
  })
  const ofFiles = outputs.files.filter(({ format }) => format === 'sarif' || format === 'codeQuality')
  await writeFiles(io, { ...outputs, files: ofFiles }, async (format) => {
    if (format === 'sarif') {
      const { renderRefusalSarif } = await import('../../../report/sarif.ts')
      return renderRefusalSarif(problem, files, { version: VERSION })
    }
    const { renderRefusalCodeQuality } = await import('../../../report/gitlab.ts')
    return renderRefusalCodeQuality(problem, files, ciFile(io.env))
  })
}
