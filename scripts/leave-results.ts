/**
 * Leaves what a script found where `.ci/run` counts it: in the folder TEST_RESULTS, in the form of vitest's reporter
 * `json` that `ci-summary.ts` reads. Without TEST_RESULTS it leaves nothing.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Something that a script had to show. `failure`: why it did not; `null`: it did. */
export type Shown = { what: string; failure: string | null }

/** @param suite names the file of its results, and the suite where a failure is told. */
export function leaveResults(suite: string, shown: readonly Shown[], folder = process.env.TEST_RESULTS): void {
  if (!folder) {
    return
  }
  const failed = shown.filter(({ failure }) => failure !== null)
  const report = {
    success: failed.length === 0,
    numPassedTests: shown.length - failed.length,
    numFailedTests: failed.length,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [
      {
        name: join(process.cwd(), suite),
        status: failed.length === 0 ? 'passed' : 'failed',
        message: '',
        assertionResults: shown.map(({ what, failure }) => ({
          status: failure === null ? 'passed' : 'failed',
          fullName: what,
          failureMessages: failure === null ? [] : [failure],
        })),
      },
    ],
  }
  writeFileSync(join(folder, `${suite.replaceAll(/\W/g, '-')}.json`), JSON.stringify(report))
}
