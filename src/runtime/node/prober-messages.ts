import type { Failure } from '../../check/codes.ts'
import type { HandedWork, WorkResults } from '../../check/work.ts'
import type { LogFields, LogLevel } from '../../lib/log.ts'
import type { Config } from './config.ts'

/** The thread that probes is started with this. */
export type ProberData = {
  settings: ProberSettings
  /** One `Int32`, shared: tries under way. */
  underWay: SharedArrayBuffer
}
export type ProberSettings = Pick<Config, 'egressAllow' | 'egressDeny' | 'concurrency' | 'concurrencyPerAddress'> &
  Partial<Pick<Config, 'dnsServers'>>

/**
 * Messages to the thread that probes. `number` names the run. `failure`: the reason of the abort, where it was one.
 * `taken`: so many results more have found room.
 */
export type Order =
  | { number: number; handed: HandedWork }
  | { number: number; abort: { failure: Failure | null } }
  | { number: number; taken: number }

/** Messages from it. `thrown`: the run has ended by it, after all its results. */
export type News =
  | { number: number; sent: WorkResults }
  | { number: number; thrown: Error }
  | { log: { level: LogLevel; event: string; fields: LogFields } }
