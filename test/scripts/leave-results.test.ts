import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { leaveResults } from '../../scripts/leave-results.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-results-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const summary = () => {
  const { status, stdout } = spawnSync(process.execPath, ['scripts/ci-summary.ts', folder], { encoding: 'utf8' })
  return { status, lines: stdout.trimEnd().split('\n') }
}

describe('what a script leaves', () => {
  it('is counted with what vitest left', () => {
    leaveResults('fuzz', [{ what: 'no 5xx', failure: null }], folder)
    leaveResults('hostile', [{ what: 'in time', failure: null }], folder)
    expect(summary()).toEqual({ status: 0, lines: ['2 passed, 0 failed, 0 skipped'] })
  })

  it('fails the run, and names what failed and why', () => {
    const shown = [
      { what: 'no 5xx', failure: 'GET /v1/jobs: 500\nand more' },
      { what: 'alive', failure: null },
    ]
    leaveResults('fuzz', shown, folder)
    expect(summary()).toEqual({
      status: 1,
      lines: ['failed: fuzz > no 5xx: GET /v1/jobs: 500', '1 passed, 1 failed, 0 skipped'],
    })
  })

  it('is nothing where nobody counts', () => {
    leaveResults('fuzz', [{ what: 'no 5xx', failure: null }], '')
    expect(readdirSync(folder)).toEqual([])
  })
})
