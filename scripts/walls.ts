/**
 * Prints how often the folders of `src/` import from each other, and fails when an arrow goes up the line that they stand
 * in, another wall is broken, or files import each other in a circle.
 *
 * A row imports, a column is imported. `12 5`: 12 imports of values and 5 of types alone, each a file that imports a file.
 */
import { globSync, readFileSync } from 'node:fs'
import { brokenWalls, cyclesOf, folderOf, importingOf, LINE, mayImport, type Source } from '../test/support/walls.ts'

type Count = { values: number; types: number }

const root = new URL('../', import.meta.url)
const sources: Source[] = globSync('src/**/*.ts', { cwd: root.pathname })
  .filter((path) => !path.endsWith('.test.ts'))
  .map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }))

const folders = LINE.flat()
const counts = new Map<string, Count>()
for (const source of sources) {
  const from = folderOf(source.path)
  for (const { target, isType } of importingOf(source)) {
    const to = folderOf(target)
    if (from === null || to === null) {
      continue
    }
    const { values, types } = counts.get(`${from} ${to}`) ?? { values: 0, types: 0 }
    counts.set(`${from} ${to}`, { values: values + (isType ? 0 : 1), types: types + (isType ? 1 : 0) })
  }
}

function cell(from: string, to: string): string {
  const count = counts.get(`${from} ${to}`)
  if (count === undefined) {
    return from === to || mayImport(from, to) ? '·' : ''
  }
  return `${count.values} ${count.types}${mayImport(from, to) ? '' : ' ↑'}`
}

const files = (folder: string): number => sources.filter(({ path }) => folderOf(path) === folder).length
const rows = [
  ['', 'files', ...folders],
  ...folders.map((from) => [from, String(files(from)), ...folders.map((to) => cell(from, to))]),
]
const widths = folders.concat(['', '']).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
for (const row of rows) {
  console.log(
    row.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join('  '),
  )
}

const problems = [
  ...sources.flatMap(brokenWalls),
  ...cyclesOf(sources).map((members) => `these import each other in a circle: ${members.join(' ')}`),
]
console.log(`\n${sources.length} files, ${problems.length} broken walls and circles`)
for (const problem of problems) {
  console.error(problem)
}
process.exitCode = problems.length === 0 ? 0 : 1
