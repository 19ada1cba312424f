/**
 * Decides what follows when a watch has ended: what is asked next, after how long, and the state until then.
 *
 * @module
 */
import type { ApiErrorKind } from './api-error.ts'

/**
 * `syncing`: it was never listed, or is listed again because the server no longer keeps what followed. `synced`: the
 * objects are those of the cluster. `unreachable`, `refused`, `absent`: the API server cannot be reached, does not let
 * us read, does not serve the kind; what was held before is still held.
 */
export type WatchState = 'syncing' | 'synced' | 'unreachable' | 'refused' | 'absent'

/** `ended`: the server ended the stream in order. `unexpected`: a fault of ours. */
export type EndKind = ApiErrorKind | 'ended' | 'unexpected'

export type Ending = {
  kind: EndKind
  /** An event or a bookmark came since the watch began: its resourceVersion is one of this server. */
  proven: boolean
  livedMs: number
  retryAfterMs: number | null
}

export type After = {
  /** `watch` goes on from the last resourceVersion; `list` begins anew. */
  next: 'watch' | 'list'
  waitMs: number
  /** `null`: it stays as it is. */
  state: WatchState | null
  /** In a row, this one among them. */
  failures: number
}

type Rule = { next: 'watch' | 'list' | 'watch_if_proven'; pace: Pace; state: WatchState | null }
/** The first wait at least, and the longest. */
type Pace = { firstMs: number; longestMs: number }

const BACK_OFF: Pace = { firstMs: 1000, longestMs: 60_000 }
/** Rights and kinds change when somebody changes them; a server that starts may refuse for a moment. */
const SLOW: Pace = { firstMs: 10_000, longestMs: 300_000 }
/** A server may name a time to come back at; nothing is put off for longer. */
const LONGEST_RETRY_AFTER_MS = 300_000

/** A stream that lasted so long, or that showed something for so long, ends a row of failures. */
const LASTED_MS = 60_000
const SHOWN_MS = 10_000
/** A server, or something between, that ends each stream at once is not asked again at once. */
const HASTY_MS = 1000

const RULES: Readonly<Record<EndKind, Rule>> = {
  // Without an event or bookmark its resourceVersion may be of the future (of a server that was restored), where a
  // watch is silent.
  ended: { next: 'watch_if_proven', pace: BACK_OFF, state: null },
  gone: { next: 'list', pace: BACK_OFF, state: 'syncing' },
  // A connection that was cut is taken up where it was. A server that could not be reached may come back as another.
  unreachable: { next: 'watch_if_proven', pace: BACK_OFF, state: 'unreachable' },
  silent: { next: 'list', pace: BACK_OFF, state: 'unreachable' },
  malformed: { next: 'list', pace: BACK_OFF, state: 'unreachable' },
  unavailable: { next: 'list', pace: BACK_OFF, state: 'unreachable' },
  unexpected: { next: 'list', pace: BACK_OFF, state: 'unreachable' },
  throttled: { next: 'watch', pace: BACK_OFF, state: 'unreachable' },
  unauthorized: { next: 'watch', pace: BACK_OFF, state: 'refused' },
  credentials: { next: 'watch', pace: BACK_OFF, state: 'refused' },
  forbidden: { next: 'list', pace: SLOW, state: 'refused' },
  not_served: { next: 'list', pace: SLOW, state: 'absent' },
  not_found: { next: 'list', pace: SLOW, state: 'absent' },
}

/**
 * @param failures in a row before this one.
 * @param random from 0 to 1, so that those who lost the same server do not come back together.
 */
export function afterWatch(ending: Ending, failures: number, random: number): After {
  const { kind, proven, livedMs, retryAfterMs } = ending
  const rule = RULES[kind]
  const next = rule.next === 'watch_if_proven' ? (proven ? 'watch' : 'list') : rule.next
  if (kind === 'ended' && proven && livedMs >= HASTY_MS) {
    return { next, waitMs: 0, state: null, failures: 0 }
  }
  const before = livedMs >= LASTED_MS || (proven && livedMs >= SHOWN_MS) ? 0 : failures
  const asked = Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)
  return { next, waitMs: Math.max(asked, backOff(rule.pace, before, random)), state: rule.state, failures: before + 1 }
}

/** Doubles each time, and adds up to as much again by chance. */
const backOff = ({ firstMs, longestMs }: Pace, failures: number, random: number): number =>
  Math.min(firstMs * 2 ** failures, longestMs / 2) * (1 + random)
