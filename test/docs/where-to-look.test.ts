import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const pagesOf = (folder: string): string[] => readdirSync(`docs/${folder}`).filter((file) => file.endsWith('.md'))

it('docs/README.md leads to every page that is not one of a series', () => {
  const text = readFileSync('docs/README.md', 'utf8')
  const pages = [
    ...pagesOf('').filter((page) => page !== 'README.md'),
    ...pagesOf('guides').map((page) => `guides/${page}`),
  ]
  expect(pages.filter((page) => !text.includes(`(${page}`))).toEqual([])
})
