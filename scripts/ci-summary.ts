/**
 * Sums what vitest's JSON reporters left in a folder and prints `N passed, N failed, N skipped`, the last line of
 * `.ci/run`. Fails when a test failed, a suite could not be loaded, or nothing ran.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

type Counts = { passed: number; failed: number; skipped: number }

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  throw new Error('usage: ci-summary.ts <folder of vitest JSON reports>')
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 }
let allSucceeded = true
for (const file of globSync('*.json', { cwd: folder }).sort()) {
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  total.passed += report.numPassedTests
  total.failed += report.numFailedTests
  total.skipped += report.numPendingTests + report.numTodoTests
  allSucceeded &&= report.success
}

console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
if (!allSucceeded || total.failed > 0 || total.passed === 0) {
  process.exitCode = 1
}
