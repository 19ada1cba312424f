/**
 * Records what kubectl makes of 2,000 generated texts, for `src/kube/yaml-answers.test.ts`:
 * `node scripts/record-yaml-answers.ts`. Asks the real sigs.k8s.io/yaml and k8s.io/apimachinery by the Go program in
 * `scripts/kubectl-yaml`, whose go.sum says which; needs Go and its modules. With another seed and count it compares
 * and records nothing: `node scripts/record-yaml-answers.ts 7 50000`.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { differencesOf, type YamlAnswer } from '../test/support/yaml-answers.ts'
import { yamlTexts } from '../test/support/yaml-texts.ts'

const SEED = 20261130
const COUNT = 2000
const PROGRAM = fileURLToPath(new URL('./kubectl-yaml', import.meta.url))
const FIXTURE = new URL('../test/fixtures/yaml-answers.json.gz', import.meta.url)
/** The variable says where Go stands if it is not on the path. */
const GO = process.env.GO ?? 'go'

if (spawnSync(GO, ['version']).error) {
  console.log(`skipped: there is no Go here (looked for ${GO}; the variable GO names another)`)
  process.exit(0)
}
const [seed = SEED, count = COUNT] = process.argv.slice(2).map(Number)
const texts = yamlTexts(seed, count)
const run = spawnSync(GO, ['run', '.'], { cwd: PROGRAM, input: JSON.stringify(texts), maxBuffer: 2 ** 30 })
if (run.status !== 0) {
  throw new Error(String(run.stderr))
}
// As it was answered: JSON.stringify makes 0 of -0.
const lines = String(run.stdout)
  .trimEnd()
  .split('\n')
  .map((line, at) => `{"text":${JSON.stringify(texts[at])}${line === '{}' ? '' : ','}${line.slice(1)}`)
const answers = lines.map((line): YamlAnswer => JSON.parse(line))
const differences = answers.flatMap(differencesOf).filter(({ meant }) => meant === null)
for (const difference of differences.slice(0, 20)) {
  console.log(difference)
}
const taken = answers.filter(({ yaml }) => yaml !== undefined).length
console.log(`${answers.length} texts, ${taken} taken by YAMLToJSON, ${differences.length} differences`)
if (process.argv.length === 2) {
  writeFileSync(FIXTURE, gzipSync(`[${lines.join(',\n')}]`, { level: 9 }))
}
