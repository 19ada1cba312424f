import type { ManifestFile } from '../kube/manifest-places.ts'
import { type Refused, remarksOfRefusal } from './refused.ts'
import { firstRemarks, type Remark, type Reported, remarksOf } from './remark.ts'

/** More of them hide the log: the page of a run shows the first ones. */
const AZURE_ISSUES_MAX = 10

/**
 * Logging commands for the agent of Azure Pipelines, one a line: an issue for each finding, at most
 * {@link AZURE_ISSUES_MAX}, the rest counted in one, and the summary to show.
 *
 * @param summary the absolute path of a file with a Markdown report; `null`: there is none.
 */
export const renderAzureCommands = (
  reported: readonly Reported[],
  files: readonly ManifestFile[] = [],
  { summary = null }: { summary?: string | null } = {},
): string => issues(remarksOf(reported, files)) + (summary === null ? '' : command('task.uploadsummary', {}, summary))

/** The same of manifests that were refused: an issue for each mistake. */
export const renderRefusalAzureCommands = (refused: Refused, files: readonly ManifestFile[] = []): string =>
  issues(remarksOfRefusal(refused, files))

function issues(remarks: readonly Remark[]): string {
  const { shown, more } = firstRemarks(remarks, AZURE_ISSUES_MAX)
  const rest = `${more} more ${more === 1 ? 'finding' : 'findings'}: see the report.`
  return [...shown.map(issue), ...(more === 0 ? [] : [command('task.logissue', { type: 'warning' }, rest)])].join('')
}

function issue({ level, code, title, target, detail, place }: Remark): string {
  const where =
    place === null ? {} : { sourcepath: place.path, linenumber: String(place.line), columnnumber: String(place.column) }
  const about = target === '' ? title : `${target}: ${title}`
  const type = level === 'error' ? 'error' : 'warning'
  return command('task.logissue', { type, ...where, code }, [about, ...detail].join('\n'))
}

/** As the agent reads it (CommandStringConvertor of azure-pipelines-agent), which the task library writes. */
function command(name: string, properties: Readonly<Record<string, string>>, data: string): string {
  const written = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)};`)
  return `##vso[${name}${written.length === 0 ? '' : ` ${written.join('')}`}]${escapeData(data)}\n`
}

const escapeData = (text: string): string =>
  text.replaceAll('%', '%AZP25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const escapeProperty = (text: string): string => escapeData(text).replaceAll(']', '%5D').replaceAll(';', '%3B')
