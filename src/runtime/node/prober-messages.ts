import type { Failure } from '../../check/codes.ts'
import type { Result } from '../../check/result.ts'
import type { CheckRun } from '../../check/run-checks.ts'
import type { LogFields, LogLevel } from '../../lib/log.ts'
import type { Config } from './config.ts'

/** What the thread that probes is started with. */
export type ProberData = {
  settings: ProberSettings
  /** One `Int32`, shared: tries under way. */
  underWay: SharedArrayBuffer
}
export type ProberSettings = Pick<Config, 'egressAllow' | 'egressDeny' | 'concurrency' | 'concurrencyPerAddress'> &
  Partial<Pick<Config, 'dnsServers'>>

/** A run without what only its own thread can call. */
export type Work = Omit<CheckRun, 'signal' | 'record' | 'room' | 'replan'>

/**
 * To the thread that probes. `number` names the run. `failure`: the reason of the abort, where it was one. `taken`: so
 * many results more have found room.
 */
export type Order =
  | { number: number; work: Work }
  | { number: number; abort: { failure: Failure | null } }
  | { number: number; taken: number }

/** From it. `ended`: after all its results; with what it has thrown, if anything. */
export type News =
  | { number: number; results: readonly Result[] }
  | { number: number; ended: { cause?: unknown } }
  | { log: { level: LogLevel; event: string; fields: LogFields } }
