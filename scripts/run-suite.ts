/**
 * Runs a suite that needs programs of Debian's: `node scripts/run-suite.ts system`. Where one is missing, the suite
 * is skipped with one visible line; in CI (`CI=true`) that is a failure, because there it must run.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Suite → the programs it starts, each with the Debian package that has it. */
const SUITES: Record<string, Record<string, string>> = {
  system: { named: 'bind9', nginx: 'nginx-light', curl: 'curl', prometheus: 'prometheus', promtool: 'prometheus' },
}

const [suite = '', ...options] = process.argv.slice(2)
const programs = SUITES[suite]
if (programs === undefined) throw new Error(`usage: run-suite.ts ${Object.keys(SUITES).join('|')}`)

// Debian keeps servers in /usr/sbin, which is not on every user's PATH.
const PATH = `${process.env.PATH ?? ''}${delimiter}/usr/sbin`
const isThere = (program: string): boolean =>
  PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch (error) {
      if (error instanceof Error && 'code' in error) return false
      throw error
    }
  })

const missing = Object.entries(programs).filter(([program]) => !isThere(program))
if (missing.length > 0) {
  const what = missing.map(([program, pkg]) => `${program} (package ${pkg})`).join(', ')
  console.log(`test:${suite} is skipped: it needs ${what}`)
  process.exit(process.env.CI === 'true' ? 1 : 0)
}
const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')
const run = spawnSync(process.execPath, [vitest, 'run', '--project', suite, ...options], {
  stdio: 'inherit',
  env: { ...process.env, PATH },
})
process.exit(run.status ?? 1)
