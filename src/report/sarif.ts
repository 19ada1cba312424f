/**
 * SARIF 2.1.0, which code scanning shows beside the lines of files.
 *
 * @module
 */
import type { ManifestFile, ManifestPlace } from '../kube/manifest-places.ts'
import { quietJson } from '../lib/json.ts'
import { type Links, RELATIVE } from './links.ts'
import { type Refused, remarksOfRefusal } from './refused.ts'
import { type Remark, type Reported, remarksOf } from './remark.ts'

export type SarifOptions = {
  /** Link the pages of rules; without an address of a server, the pages are only named. */
  links?: Links
  /** The version of this program. */
  version?: string
  /** Tells runs of one repository apart: code scanning replaces what the last run of the same category found. */
  category?: string
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

/**
 * Renders what the objects alone show to be broken, at the lines of the files that say so. What stands in no file is
 * left out, because code scanning keeps findings by file, until a run no longer has them.
 *
 * @param reported plans, or jobs, of which only what their objects show is taken.
 */
export const renderSarif = (
  reported: readonly Reported[],
  files: readonly ManifestFile[],
  options: SarifOptions = {},
): string =>
  log(
    remarksOf(reported, files).filter(({ byObjects }) => byObjects),
    options,
  )

/** The same of manifests that were refused: a result for each mistake. */
export const renderRefusalSarif = (
  refused: Refused,
  files: readonly ManifestFile[],
  options: SarifOptions = {},
): string => log(remarksOfRefusal(refused, files), options)

function log(
  remarks: readonly Remark[],
  { links = RELATIVE, version = '0.0.0', category = 'portolan' }: SarifOptions,
): string {
  const placed = remarks.flatMap(({ place, ...remark }) => (place === null ? [] : [{ ...remark, place }]))
  const rules = [...new Map(placed.map((remark) => [remark.code, remark])).values()]
  const document = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Portolan', semanticVersion: version, rules: rules.map((rule) => ruleOf(rule, links)) },
        },
        automationDetails: { id: `${category}/` },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [ROOT]: { description: { text: 'The folder of the repository.' } } },
        invocations: [{ executionSuccessful: true }],
        results: placed.map((remark) => ({
          ruleId: remark.code,
          ruleIndex: rules.findIndex(({ code }) => code === remark.code),
          level: remark.level,
          message: { text: plain([remark.title, ...remark.detail].join('\n')) },
          locations: [{ physicalLocation: locationOf(remark.place), ...logical(remark.target) }],
          ...(remark.beside.length > 0 && {
            relatedLocations: remark.beside.map(({ place, text }, id) => ({
              ...{ id, physicalLocation: locationOf(place), message: { text: plain(text) } },
            })),
          }),
          partialFingerprints: { 'portolanFinding/v1': remark.fingerprint },
        })),
      },
    ],
  }
  return `${quietJson(document)}\n`
}

const ROOT = '%SRCROOT%'

/** Describes a rule, which all findings of its code share; each result has words of its own. */
function ruleOf({ code, docs }: Remark, links: Links): object {
  const page = docs === null ? null : links.page(docs)
  const isLink = page !== null && URL.canParse(page)
  const help = page === null ? null : isLink ? `What this means: ${page}` : `What this means: ${page} of Portolan.`
  return {
    id: code,
    name: code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: code.replaceAll('_', ' ') },
    ...(help !== null && { help: { text: help, ...(isLink && { markdown: `[What this means](${page})` }) } }),
    ...(isLink && { helpUri: page }),
    properties: { tags: ['kubernetes', 'reachability'] },
  }
}

const logical = (target: string): object =>
  target === '' ? {} : { logicalLocations: [{ fullyQualifiedName: target, kind: 'object' }] }

function locationOf({ path, line, column, endLine, endColumn }: ManifestPlace): object {
  return {
    artifactLocation: artifactOf(path),
    region: { startLine: line, startColumn: column, endLine, endColumn },
  }
}

/** A path from the root of a file system is no part of the repository. */
function artifactOf(path: string): { uri: string; uriBaseId?: string } {
  const uri = path.toWellFormed().split('/').map(encodeURIComponent).join('/')
  if (path.startsWith('/')) {
    return { uri: `file://${uri}` }
  }
  return /^[a-z]:\//i.test(path) ? { uri: `file:///${path[0]}:${uri.slice(4)}` } : { uri, uriBaseId: ROOT }
}

/** A message of SARIF makes a link of `[text](target)` (3.11.6). */
const plain = (text: string): string => text.replaceAll('](', '] (')
