/**
 * Makes what is served of the documentation besides its Markdown: each page rendered, and the index of all.
 *
 * @module
 */
import { posix } from 'node:path'
import {
  type DocGroup,
  type DocIndex,
  type DocLink,
  type DocPage,
  packed,
  type RenderedDoc,
  wordsOf,
} from '../../../api/docs/doc-pages.ts'
import { gatherDocPages } from './gather.ts'
import { renderDoc } from './render.ts'

export type Docs = { index: DocIndex; render(page: string): RenderedDoc | null }

/** @param docs the folder. */
export function readDocs(docs: string): Docs {
  const pages = new Map(gatherDocPages(docs).map((page) => [page.page, page]))
  const groups = groupsOf(pages)
  return {
    index: { groups, words: indexOf(groups.flatMap((group) => group.pages.map(({ page }) => pages.get(page)))) },
    render(name) {
      const page = pages.get(name)
      return page === undefined ? null : { ...rendered(page, pages), ...neighbours(groups, name) }
    },
  }
}

function rendered(page: DocPage, pages: ReadonlyMap<string, DocPage>) {
  const { html, contents, summary } = renderDoc(page, (name) => pages.has(name))
  return { page: page.page, title: page.title, summary, html, contents }
}

function neighbours(groups: readonly DocGroup[], name: string): Pick<RenderedDoc, 'previous' | 'next'> {
  const { pages = [] } = groups.find((group) => group.pages.some(({ page }) => page === name)) ?? {}
  const at = pages.findIndex(({ page }) => page === name)
  return { previous: pages[at - 1] ?? null, next: pages[at + 1] ?? null }
}

const CODES: Readonly<Record<string, string>> = {
  failures: 'Failures of a check',
  diagnoses: 'Diagnoses',
  errors: 'Errors of the API',
}

/** In the order in which `README.md`, and that of each folder, name the pages; then those that they do not name. */
function groupsOf(pages: ReadonlyMap<string, DocPage>): DocGroup[] {
  const isOfCode = (page: string) => Object.hasOwn(CODES, posix.dirname(page))
  const guides = [...pages.keys()].filter((page) => !isOfCode(page))
  const toLink = (page: string): DocLink => ({ page, title: pages.get(page)?.title ?? page })
  return [
    { id: 'guides', title: 'Guides and reference', pages: inOrderOf(pages, 'README', guides).map(toLink) },
    ...Object.entries(CODES).map(([folder, title]) => {
      const own = [...pages.keys()].filter((page) => posix.dirname(page) === folder)
      return { id: folder, title, pages: inOrderOf(pages, `${folder}/README`, own).map(toLink) }
    }),
  ]
}

function inOrderOf(pages: ReadonlyMap<string, DocPage>, start: string, own: readonly string[]): string[] {
  const text = pages.get(start)?.text ?? ''
  const named = [...text.matchAll(/\]\(([^)#]+)\.md(?:#[^)]*)?\)/g)].map(([, path = '']) =>
    posix.join(posix.dirname(start), path),
  )
  return [...new Set([start, ...named, ...own])].filter((page) => own.includes(page))
}

/** A word in the name of a page tells more than one in its text. */
const IN_NAME = 12
const IN_TITLE = 6
const IN_HEADING = 3
const IN_TEXT_MOST = 3

/** `DocIndex.words`. Words of a single letter, and those that are in most pages, tell nothing. */
function indexOf(pages: readonly (DocPage | undefined)[]): string {
  const places = new Map<string, { page: number; points: number }[]>()
  for (const [page, doc] of pages.entries()) {
    for (const [word, points] of doc === undefined ? [] : pointsOf(doc)) {
      places.set(word, [...(places.get(word) ?? []), { page, points }])
    }
  }
  return [...places]
    .map(([word, found]) => {
      const isCommon = found.length > pages.length / 2
      return { word, found: isCommon ? found.filter(({ points }) => points > IN_TEXT_MOST) : found }
    })
    .filter(({ word, found }) => word.length > 1 && found.length > 0)
    .toSorted((a, b) => (a.word < b.word ? -1 : 1))
    .map(({ word, found }) => `\n${word} ${found.map(({ page, points }) => packed(page, points)).join('')}`)
    .join('')
}

function pointsOf({ page, title, text }: DocPage): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of wordsOf(`${page} ${title}\n${text}`)) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const [inName, inTitle, inHeading] = [page, title, text.match(/^#.*$/gm)?.join('\n') ?? ''].map(
    (part) => new Set(wordsOf(part)),
  )
  return new Map(
    [...counts].map(([word, count]) => [
      word,
      (inName?.has(word) ? IN_NAME : 0) +
        (inTitle?.has(word) ? IN_TITLE : 0) +
        (inHeading?.has(word) ? IN_HEADING : 0) +
        Math.min(count, IN_TEXT_MOST),
    ]),
  )
}
