import { statSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { ProcessFigures } from '../../api/deps.ts'
import type { Gate } from '../../check/gate.ts'

export const processFigures = (databaseFile: string, gate: Gate) => (): ProcessFigures => {
  const { user, system } = process.cpuUsage()
  return {
    startedAtMs: performance.timeOrigin,
    cpuMs: (user + system) / 1000,
    residentBytes: process.memoryUsage.rss(),
    databaseBytes: statSync(databaseFile, { throwIfNoEntry: false })?.size ?? null,
    triesUnderWay: gate.active,
  }
}
