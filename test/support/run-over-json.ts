import type { CheckDeps } from '../../src/check/deps.ts'
import { runChecks } from '../../src/check/run-checks.ts'
import type { HandedWork, WorkHooks } from '../../src/check/work.ts'
import { overJson } from './over-json.ts'

/** Does a work as a runner elsewhere would: it arrives as JSON, and so does what is sent back. */
export const runOverJson = (deps: CheckDeps, handed: HandedWork, hooks: WorkHooks): Promise<void> =>
  runChecks(deps, overJson(handed), { ...hooks, record: (result) => hooks.record(overJson(result)) })
