/**
 * One line of a watch: an event, a bookmark, or the end that the server tells in the stream because it had answered 200
 * before (kubernetes.io/docs/reference/using-api/api-concepts, "Efficient detection of changes").
 *
 * @module
 */
import { isMapping } from '../../../kube/fields.ts'
import { KINDS_OF_STATUS } from './answers.ts'
import { ApiError } from './api-error.ts'

/** A name is `''` for what has no namespace. */
export type ObjectName = { namespace: string; name: string }

export type WatchLine =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; name: ObjectName; resourceVersion: string; object: unknown }
  | { type: 'BOOKMARK'; resourceVersion: string }

/** @throws ApiError if the line ends the watch: an ERROR, a Status, or nothing that a Kubernetes API would send. */
export function readLine(line: unknown): WatchLine {
  const { type, object } = isMapping(line) ? line : {}
  if (isStatus(line)) {
    throw statusError(line)
  }
  if (type === 'ERROR' || isStatus(object)) {
    throw statusError(object)
  }
  const resourceVersion = versionOf(object)
  if (type === 'BOOKMARK' && resourceVersion !== null) {
    return { type, resourceVersion }
  }
  const name = objectName(object)
  const isEvent = type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED'
  if (!isEvent || resourceVersion === null || name === null) {
    throw new ApiError('malformed', 'A line of the watch is neither an event nor a bookmark.')
  }
  return { type, name, resourceVersion, object }
}

const isStatus = (object: unknown): object is Record<string, unknown> => isMapping(object) && object.kind === 'Status'

export function objectName(object: unknown): ObjectName | null {
  const meta = isMapping(object) && isMapping(object.metadata) ? object.metadata : {}
  const { name, namespace } = meta
  return typeof name === 'string' && name !== ''
    ? { name, namespace: typeof namespace === 'string' ? namespace : '' }
    : null
}

/** Reads the resourceVersion of an object or of a list; `null` if it has none. */
export function versionOf(object: unknown): string | null {
  const version = isMapping(object) && isMapping(object.metadata) ? object.metadata.resourceVersion : null
  return typeof version === 'string' && version !== '' ? version : null
}

/** An ERROR line carries a Status; some servers send `Expired` or `Gone` without a code. */
function statusError(status: unknown): ApiError {
  const { code, reason, message } = isMapping(status) ? status : {}
  const isGone = reason === 'Expired' || reason === 'Gone'
  const kind = isGone ? 'gone' : (KINDS_OF_STATUS[Number(code)] ?? 'unavailable')
  const said = typeof message === 'string' && message !== '' ? message.split('\n')[0] : 'no reason was given'
  return new ApiError(kind, `The API server ended the watch: ${said}`)
}

const isDecimal = (version: string): boolean => /^[1-9]\d*$/.test(version)

/**
 * Tells whether what comes with `version` is already held at `held`. Events of one kind come in the order of their
 * versions, which are decimal numbers of any length (KEP-5504); of others nothing is concluded.
 */
export const isOld = (version: string, held: string): boolean =>
  isDecimal(version) &&
  isDecimal(held) &&
  (version.length < held.length || (version.length === held.length && version <= held))
