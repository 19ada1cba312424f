/**
 * Everything that needs npm alone, which is what CI runs: each step to its end, so that one run shows all that is
 * wrong. The cheap ones come first.
 */
import { spawnSync } from 'node:child_process'

const STEPS = [
  'lint',
  'types',
  'walls',
  'openapi:check',
  'client:check',
  'openapi:breaking',
  'lint:openapi',
  'migrations:check',
  'docs:check',
  'bundle:check',
  'test',
]

const failed = STEPS.filter((step) => {
  const startedMs = performance.now()
  console.log(`\n— ${step}`)
  const { status } = spawnSync('npm', ['run', '--silent', step], { stdio: 'inherit' })
  console.log(`${status === 0 ? '✓' : '✗'} ${step} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`)
  return status !== 0
})
if (failed.length > 0) {
  console.error(`\nfailed: ${failed.join(', ')}`)
  process.exitCode = 1
}
