/**
 * Adds to findings what the cluster itself has said about the objects that they are about: the latest warnings of its
 * events.
 *
 * @module
 */
import type { OwnRole } from '../plan/own-objects.ts'
import type { Warning } from '../plan/warnings.ts'
import type { Finding } from './finding.ts'
import { count } from './phrases.ts'

/** So many warnings are evidence of one finding; so many are told in its text, each so far. */
const SHOWN = { evidence: 4, told: 2, characters: 240 }

const shortened = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > SHOWN.characters ? `${line.slice(0, SHOWN.characters)}…` : line
}

/** `Pod/toad-1 Unhealthy: Readiness probe failed (12 times, last at 2026-11-30T12:00:00Z)`. */
function toldOf({ object, reason, message, count: times, lastAt }: Warning): string {
  const since = [
    ...(times > 1 ? [count(times, 'time')] : []),
    ...(lastAt === null ? [] : [`${times > 1 ? 'last ' : ''}at ${lastAt}`]),
  ]
  return `${object} ${reason}: ${shortened(message)}${since.length === 0 ? '' : ` (${since.join(', ')})`}`
}

/** @param roles of the objects whose warnings bear on the finding. */
export function withWarnings(finding: Finding, roles: readonly OwnRole[], warnings: readonly Warning[]): Finding {
  const shown = warnings.filter(({ role }) => roles.includes(role)).slice(0, SHOWN.evidence)
  if (shown.length === 0) {
    return finding
  }
  return {
    ...finding,
    detail: `${finding.detail} The cluster's events say: ${shown.slice(0, SHOWN.told).map(toldOf).join('; ')}.`,
    evidence: [
      ...finding.evidence,
      ...shown.map(({ object, reason, message, count: times, lastAt }) => ({
        object,
        field: 'events',
        value: { type: 'Warning', reason, message, count: times, lastAt },
      })),
    ],
  }
}
