/**
 * Words of reports over a window: paths, shares, times and failures. All texts are safe to show (see `visible`) and not
 * yet escaped for any markup.
 *
 * @module
 */
import type { Counts, HistoryPath, Percentiles } from '../history/types.ts'
import { KINDS } from '../plan/kinds.ts'
import type { IncidentDocument } from './history-document.ts'
import { duration, pathTitle, place, portOf } from './phrases.ts'
import { visible } from './visible.ts'

export const isGroup = (path: HistoryPath): boolean => KINDS[path.kind].grouped && path.address === null

export const addressOf = (path: HistoryPath): string => {
  if (isGroup(path)) {
    return `all ${KINDS[path.kind].noun.many}, ${path.family ?? 'by name'}`
  }
  return place(path) + (path.node === null ? '' : ` (${visible(path.node)})`)
}

/** `NodePort http 10.0.0.11:30123 (node-1)`; `Endpoint http all endpoints, IPv4`. */
export const titleOf = (path: HistoryPath): string =>
  isGroup(path) ? `${path.kind} ${portOf(path)} ${addressOf(path)}` : pathTitle(path)

/** `connection_refused ×12, connect_timeout ×3`, the most frequent first. */
export const failureWords = (failures: Readonly<Record<string, number | undefined>>): string =>
  Object.entries(failures)
    .toSorted(([, a = 0], [, b = 0]) => b - a)
    .map(([code, n]) => `${code} ×${n}`)
    .join(', ')

/** `50 s, failing for 30 s of it`: where it paused between, how long it failed, too. */
export function lastedWords({ startedAt, failingMs }: IncidentDocument, endedAt: string): string {
  const lastedMs = secondsOf(endedAt) - secondsOf(startedAt)
  const failed = failingMs === null ? lastedMs : Math.round(failingMs / 1000) * 1000
  return lastedMs - failed <= 1000 ? span(lastedMs) : `${span(lastedMs)}, failing for ${span(failed)} of it`
}

/** The share of passes, rounded down: 100 % is shown only if nothing failed. */
export function percentOf({ pass, fail }: Counts): string {
  if (pass + fail === 0) {
    return '–'
  }
  const thousandths = Math.floor((pass * 100_000) / (pass + fail))
  return thousandths === 0 && pass > 0 ? '<0.001 %' : `${thousandths / 1000} %`
}

export const triesOf = ({ pass, fail }: Counts): string => String(pass + fail)

export function summaryOf(counts: Counts): string {
  const parts = [
    [counts.pass, 'passed'],
    [counts.fail, 'failed'],
    [counts.error, counts.error === 1 ? 'error' : 'errors'],
    [counts.skipped, 'skipped'],
  ] as const
  const told = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return told.length === 0 ? 'nothing recorded' : `${percentOf(counts)} available, ${told.join(', ')}`
}

export const latencyCells = ({ p50Ms, p95Ms, p99Ms }: Percentiles): string[] => [p50Ms, p95Ms, p99Ms].map(duration)

export const latencyWords = (latency: Percentiles): string =>
  latency.p50Ms === null ? 'nothing timed' : `p50/p95/p99 ${latencyCells(latency).join(' / ')}`

/** Whole seconds: `2026-11-23T09:00:00Z`. */
export const shortInstant = (instant: string): string => instant.replace(/\.\d+Z$/, 'Z')

/** As shown: to the second. */
const secondsOf = (instant: string): number => Math.floor(Date.parse(instant) / 1000) * 1000

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** `2 h 5 min`: the two largest units. */
export function span(ms: number): string {
  const from = UNITS.findIndex(([, unit]) => ms >= unit)
  if (from < 0) {
    return '0 s'
  }
  let rest = ms
  const parts = UNITS.slice(from, from + 2).map(([name, unit]) => {
    const count = Math.floor(rest / unit)
    rest -= count * unit
    return count === 0 ? '' : `${count} ${name}`
  })
  return parts.filter((part) => part !== '').join(' ')
}
