/**
 * Tells the CI system more than the reports do: annotations, and a summary.
 *
 * @module
 */
import { relative, resolve } from 'node:path'
import type { ManifestFile } from '../../../kube/manifest-places.ts'
import type { Refused } from '../../../report/refused.ts'
import type { Reported } from '../../../report/remark.ts'
import type { Io } from '../io.ts'
import { whyUnwritten } from '../why-unwritten.ts'
import { oneOf } from './words.ts'
import { addToFile, sizeOf } from './write-file.ts'

const SYSTEMS = ['auto', 'github', 'gitlab', 'azure', 'none'] as const
export type Ci = Exclude<(typeof SYSTEMS)[number], 'auto'>

export function ciOf(env: Io['env'], option = 'auto'): Ci {
  const given = oneOf('--ci', SYSTEMS, option)
  if (given !== 'auto') {
    return given
  }
  if (env.GITHUB_ACTIONS === 'true') {
    return 'github'
  }
  if (env.GITLAB_CI !== undefined) {
    return 'gitlab'
  }
  return env.TF_BUILD !== undefined ? 'azure' : 'none'
}

const ROOTS: Readonly<Record<Ci, string>> = {
  github: 'GITHUB_WORKSPACE',
  gitlab: 'CI_PROJECT_DIR',
  azure: 'BUILD_SOURCESDIRECTORY',
  none: '',
}

/** Files by their paths in the repository, as CI systems and code scanning name them. Standard input is no file. */
export const inRepository = ({ env, cwd }: Io, files: readonly ManifestFile[], ci: Ci): ManifestFile[] =>
  files
    .filter(({ path }) => path !== '-')
    .map(({ path, text }) => ({
      path: relative(env[ROOTS[ci]] || cwd, resolve(cwd, path)).replaceAll('\\', '/'),
      text,
    }))

/** Names the file of the pipeline, at which GitLab shows what stands in no other file. */
export const ciFile = ({ CI_CONFIG_PATH }: Io['env']): { elsewhere?: string } =>
  CI_CONFIG_PATH ? { elsewhere: CI_CONFIG_PATH } : {}

type Remarks<R> = (of: R, files: readonly ManifestFile[]) => string

/**
 * @param remarks is handed what renders remarks about a run, and about a refusal, as this system takes them.
 * @param markdown makes the report that is shown as the summary of a step; `null`: there is none.
 * @param markdownFile has that report already; `null`: no file has it.
 * @param toStdout standard output holds text that people read.
 * @returns whether all could be told.
 */
export async function tellCi(
  io: Io,
  ci: Ci,
  {
    remarks,
    markdown,
    markdownFile = null,
    toStdout,
  }: {
    remarks(ofRun: Remarks<readonly Reported[]>, ofRefusal: Remarks<Refused>): Promise<string>
    markdown: (() => Promise<string>) | null
    markdownFile?: string | null
    toStdout: boolean
  },
): Promise<boolean> {
  const out = toStdout ? io.stdout : io.stderr
  if (ci === 'azure') {
    const { renderAzureCommands, renderRefusalAzureCommands } = await import('../../../report/azure.ts')
    const summary = markdownFile === null ? null : resolve(io.cwd, markdownFile)
    out.write(await remarks((of, files) => renderAzureCommands(of, files, { summary }), renderRefusalAzureCommands))
  }
  if (ci !== 'github') {
    return true
  }
  const { renderGithubAnnotations, renderRefusalAnnotations } = await import('../../../report/github.ts')
  out.write(await remarks(renderGithubAnnotations, renderRefusalAnnotations))
  const { GITHUB_STEP_SUMMARY: summary } = io.env
  return !summary || markdown === null || addSummary(io, summary, await markdown())
}

async function addSummary(io: Io, path: string, markdown: string): Promise<boolean> {
  const { fitGithubSummary, GITHUB_SUMMARY_BYTES } = await import('../../../report/github.ts')
  try {
    await addToFile(path, fitGithubSummary([markdown], GITHUB_SUMMARY_BYTES - (await sizeOf(path))))
    return true
  } catch (error) {
    io.stderr.write(`GITHUB_STEP_SUMMARY could not be written: ${whyUnwritten(error)}.\n`)
    return false
  }
}
