import { joinManifests } from '../kube/join-manifests.ts'
import { type ManifestFile, type ManifestPlace, placesIn } from '../kube/manifest-places.ts'
import { hashParts } from '../lib/hash.ts'
import type { ProblemDetail } from '../lib/problem.ts'
import { named, type Remark, STDIN } from './remark.ts'
import { visible } from './visible.ts'

/** A refusal as the API answers it. */
export type Refused = { code: string; detail: string; errors?: readonly ProblemDetail[] | undefined }

/** `Line 3, column 5: …`, as mistakes of YAML and JSON are told. */
const AT_LINE = /^Line (\d+), column (\d+): /

/**
 * Remarks about manifests that were refused: one for each mistake, at its field.
 *
 * @param files as they were made one text by `joinManifests`.
 */
export function remarksOfRefusal({ code, detail, errors = [] }: Refused, files: readonly ManifestFile[]): Remark[] {
  const places = placesIn(named(files))
  const joined = joinManifests(files)
  const [start] = named(files)
  const whole = errors.length === 0 ? [{ pointer: '', detail }] : errors
  return whole.map((error): Remark => {
    const { object = null, field = '', document } = error
    const about = [object, field].filter((part) => part !== null && part !== '').join(' ')
    const path = document === undefined ? null : joined.fileOfDocument(document)
    const known = object === null ? null : places.find(object, field, '')
    return {
      ...{ code, level: 'error', detail: [], docs: `docs/errors/${code}.md`, target: '' },
      title: visible(about === '' ? error.detail : `${about}: ${error.detail}`),
      place: known ?? placeOfLine(error.detail, joined) ?? wholeFile(path ?? (files.length === 1 ? start?.path : null)),
      ...{ beside: [], byObjects: true },
      fingerprint: hashParts([code, object, field.replace(/\[\d+\]/g, '[]'), error.detail], 40),
    }
  })
}

function placeOfLine(detail: string, joined: ReturnType<typeof joinManifests>): ManifestPlace | null {
  const [, line, column] = AT_LINE.exec(detail) ?? []
  // An error about a missing end names the line after the last
  const found =
    line === undefined ? null : (joined.fileOfLine(Number(line)) ?? joined.fileOfLine(Math.max(1, Number(line) - 1)))
  return found === null || found.path === STDIN ? null : pointAt(found.path, found.line, Number(column))
}

const wholeFile = (path: string | null | undefined): ManifestPlace | null =>
  path === null || path === undefined || path === STDIN ? null : pointAt(path, 1, 1)

const pointAt = (path: string, line: number, column: number): ManifestPlace => {
  const [shown] = named([{ path, text: '' }])
  return { path: shown?.path ?? path, line, column, endLine: line, endColumn: column + 1 }
}
