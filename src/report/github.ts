/**
 * Renders a run for GitHub Actions: annotations, by commands that its runner reads from the log, and the summary of a
 * step. Texts of targets are made visible wherever they are printed (see `visible`), so that none can be a command.
 *
 * @module
 */
import type { ManifestFile, ManifestPlace } from '../kube/manifest-places.ts'
import { fittedSections } from './markdown-sections.ts'
import { type Refused, remarksOfRefusal } from './refused.ts'
import { firstRemarks, type Remark, type Reported, remarksOf } from './remark.ts'

/** GitHub keeps so many annotations of a step, of each level. */
const GITHUB_ANNOTATIONS_MAX = 10
/** GitHub drops a step's summary that is longer, in bytes. */
export const GITHUB_SUMMARY_BYTES = 1_048_576

/**
 * Workflow commands for GitHub's runner, one a line: an annotation for each finding, at most {@link
 * GITHUB_ANNOTATIONS_MAX}, the rest counted in one notice. Empty where nothing was found.
 */
export const renderGithubAnnotations = (reported: readonly Reported[], files: readonly ManifestFile[] = []): string =>
  annotations(remarksOf(reported, files))

/** The same of manifests that were refused: an annotation for each mistake. */
export const renderRefusalAnnotations = (refused: Refused, files: readonly ManifestFile[] = []): string =>
  annotations(remarksOfRefusal(refused, files))

function annotations(remarks: readonly Remark[]): string {
  const { shown, more } = firstRemarks(remarks, GITHUB_ANNOTATIONS_MAX)
  const rest =
    more === 0
      ? []
      : [
          command(
            'notice',
            { title: 'Portolan' },
            `${more} more ${more === 1 ? 'finding' : 'findings'}: see the report.`,
          ),
        ]
  return [...shown.map(annotation), ...rest].join('')
}

const LEVELS = { error: 'error', warning: 'warning', note: 'notice' } as const

function annotation({ level, title, target, detail, place }: Remark): string {
  const about = target === '' ? [] : [target]
  return command(LEVELS[level], { ...(place !== null && at(place)), title }, [...about, ...detail].join('\n') || title)
}

const at = ({ path, line, column, endLine, endColumn }: ManifestPlace): Record<string, string | number> => ({
  ...{ file: path, line, endLine, col: column, endColumn },
})

/** As packages/core/src/command.ts of actions/toolkit writes it. */
function command(name: string, properties: Readonly<Record<string, string | number>>, data: string): string {
  const written = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
  return `::${name} ${written.join(',')}::${escapeData(data)}\n`
}

const escapeData = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/**
 * Makes the text for the file of `GITHUB_STEP_SUMMARY`: reports as `format=markdown` has them, cut at whole sections,
 * with a line that says what was cut.
 *
 * @param limit in bytes of UTF-8; what stands in the file already is to be taken off.
 */
export const fitGithubSummary = (reports: readonly string[], limit: number = GITHUB_SUMMARY_BYTES): string =>
  fittedSections(reports, limit)
