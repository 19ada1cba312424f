import type { Failure } from '../../check/codes.ts'
import type { OwnAddresses } from '../../check/own-listener.ts'
import type { HandedWork, WorkResults } from '../../check/work.ts'
import type { LogFields, LogLevel } from '../../lib/log.ts'
import type { EgressSettings } from '../egress.ts'
import type { Config } from './config.ts'

/** The thread that probes is started with this. */
export type ProberData = {
  role: 'prober'
  settings: ProberSettings
  /** One `Int32`, shared: tries under way. */
  underWay: SharedArrayBuffer
}
export type ProberSettings = EgressSettings &
  Pick<Config, 'concurrency' | 'concurrencyPerAddress'> &
  Partial<Pick<Config, 'dnsServers' | 'usageLimits'>>

/**
 * Messages to the thread that probes. `own`: where this Portolan is reached, as far as it is known by now. `number`
 * names the run. `failure`: the reason of the abort, where it was one. `taken`: so many results more have found room.
 */
export type Order =
  | { own: OwnAddresses }
  | { number: number; handed: HandedWork }
  | { number: number; abort: { failure: Failure | null } }
  | { number: number; taken: number }

/** Messages from it. `thrown`: the run has ended by it, after all its results. */
export type News =
  | { number: number; sent: WorkResults }
  | { number: number; thrown: Error }
  | { log: { level: LogLevel; event: string; fields: LogFields } }
