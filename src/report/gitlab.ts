import type { ManifestFile } from '../kube/manifest-places.ts'
import { quietJson } from '../lib/json.ts'
import { type Refused, remarksOfRefusal } from './refused.ts'
import { type Remark, type Reported, remarksOf } from './remark.ts'

/** Findings that stand in no file are shown at this one, as GitLab demands a file of each entry. */
const CI_FILE = '.gitlab-ci.yml'

export type CodeQualityOptions = {
  /** The file for findings that stand in none of the files, as those of a live Service: `CI_CONFIG_PATH`. */
  elsewhere?: string
}

/** GitLab's Code Quality report (`artifacts:reports:codequality`): an entry for each finding. */
export const renderCodeQuality = (
  reported: readonly Reported[],
  files: readonly ManifestFile[] = [],
  options: CodeQualityOptions = {},
): string => entries(remarksOf(reported, files), options)

/** The same of manifests that were refused: an entry for each mistake. */
export const renderRefusalCodeQuality = (
  refused: Refused,
  files: readonly ManifestFile[] = [],
  options: CodeQualityOptions = {},
): string => entries(remarksOfRefusal(refused, files), options)

const SEVERITIES = { error: 'critical', warning: 'major', note: 'minor' } as const

const entries = (remarks: readonly Remark[], { elsewhere = CI_FILE }: CodeQualityOptions): string =>
  `${quietJson(
    remarks.map(({ code, level, title, target, fingerprint, place }) => ({
      description: target === '' ? title : `${target}: ${title}`,
      check_name: code,
      fingerprint,
      severity: SEVERITIES[level],
      location: { path: place?.path ?? elsewhere, lines: { begin: place?.line ?? 1 } },
    })),
  )}\n`
