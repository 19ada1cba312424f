import type { AskedFor, Reading, ReadOutcome } from '../../api/reading.ts'
import type { PlanDeps } from '../../job/plan-request.ts'
import type { EgressSettings } from '../egress.ts'

/** The objects that planning needs, as data. */
export type ReaderData = Pick<PlanDeps, 'place' | 'settings'> & EgressSettings

/** To the process that reads: first what it plans with, then what is to be read, one after the other. */
export type ReadOrder = { data: ReaderData } | { reading: Reading }

/** From it, one for each reading. `bug`: what of ours has thrown, as text for the log. */
export type ReadNews = { outcome: ReadOutcome<AskedFor<Reading>> } | { bug: string }
