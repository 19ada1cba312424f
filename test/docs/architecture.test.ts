import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { folderOf, importsOf, LINE, mayImport } from '../support/walls.ts'

const root = new URL('../../', import.meta.url)
const text = readFileSync(new URL('docs/architecture.md', root), 'utf8')

/** Rows of the walks: the file that calls, and the file that is called. */
const HOP = /^\| \[`[^`]+`\]\(\.\.\/(src\/[^)]+)\) \| \[`[^`]+`\]\(\.\.\/(src\/[^)]+)\) \|/gm
const walks = text
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    title: section.slice(0, section.indexOf('\n')),
    hops: [...section.matchAll(HOP)].map(([, from = '', to = '']) => ({ from, to })),
  }))
  .filter(({ hops }) => hops.length > 0)

describe('docs/architecture.md', () => {
  it('walks through a job, a check of the command line, a live Service, a route, a comparison, a failure, a question about history and a page', () => {
    expect(walks.map(({ title }) => title)).toEqual([
      'Follow one job',
      'Follow one check of the command line',
      'Follow one live Service',
      'Follow one route of a Gateway',
      'Follow one comparison',
      'Follow one failure',
      'Follow one question about history',
      'Follow one page',
    ])
  })

  it.each(walks.flatMap(({ title, hops }) => hops.map(({ from, to }) => [title, from, to] as const)))(
    '%s: %s calls %s, and does not go back up for it',
    (_, from, to) => {
      const [own, other] = [folderOf(from), folderOf(to)]
      expect(own !== null && other !== null && mayImport(own, other)).toBe(true)
      expect(importsOf({ path: from, text: readFileSync(new URL(from, root), 'utf8') })).toContain(to)
    },
  )

  it('tells of every folder of src', () => {
    const folders = globSync('src/*/', { cwd: root.pathname }).map((path) => path.replace(/^src\//, ''))
    expect(folders.toSorted()).toEqual(LINE.flat().toSorted())
    expect(folders.filter((folder) => !text.includes(`\`src/${folder}/`))).toEqual([])
  })
})
