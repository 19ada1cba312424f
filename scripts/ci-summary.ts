/**
 * Sums what vitest's JSON reporters left in a folder: names each test and file that failed, as the end of a long output
 * is what is kept of it, and prints `N passed, N failed, N skipped`, the last line of `.ci/run`. Fails when a test
 * failed, a suite could not be loaded, or nothing ran.
 */
import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

type Counts = { passed: number; failed: number; skipped: number }

/** The parts of a report of vitest's reporter `json` that are read. */
type Report = {
  success: boolean
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: readonly {
    name: string
    status: string
    message: string
    assertionResults: readonly { status: string; fullName: string; failureMessages: readonly string[] | null }[]
  }[]
}

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  throw new Error('usage: ci-summary.ts <folder of vitest JSON reports>')
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 }
let allSucceeded = true

const firstLine = (text: string | undefined): string => (text ?? '').trim().split('\n', 1)[0] ?? ''

function printFailures({ testResults }: Report): void {
  for (const { name, status, message, assertionResults } of testResults) {
    const failed = assertionResults.filter((test) => test.status === 'failed')
    const file = relative(process.cwd(), name)
    for (const { fullName, failureMessages } of failed) {
      console.log(`failed: ${file} > ${fullName}: ${firstLine(failureMessages?.[0])}`)
    }
    if (status === 'failed' && failed.length === 0) {
      console.log(`failed: ${file}: ${firstLine(message)}`)
    }
  }
}

for (const file of globSync('*.json', { cwd: folder }).sort()) {
  const report: Report = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  printFailures(report)
  total.passed += report.numPassedTests
  total.failed += report.numFailedTests
  total.skipped += report.numPendingTests + report.numTodoTests
  allSucceeded &&= report.success
}

console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
if (!allSucceeded || total.failed > 0 || total.passed === 0) {
  process.exitCode = 1
}
