import { statSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { ProcessFigures } from '../../api/deps.ts'
import type { Prober } from './prober.ts'

export const processFigures = (databaseFile: string, prober: Prober) => (): ProcessFigures => {
  const { user, system } = process.cpuUsage()
  return {
    startedAtMs: performance.timeOrigin,
    cpuMs: (user + system) / 1000,
    residentBytes: process.memoryUsage.rss(),
    databaseBytes: statSync(databaseFile, { throwIfNoEntry: false })?.size ?? null,
    triesUnderWay: prober.triesUnderWay,
  }
}
