/**
 * Portolan's own documentation: searched, and read. Nothing in it was written by a target, so that it is shown as it
 * is.
 *
 * @module
 */
import type { Asset } from '../deps.ts'
import {
  createSlugs,
  DOC_INDEX,
  type DocIndex,
  type DocLink,
  type DocPage,
  docPage,
  isDocPage,
  PACKED,
  plainText,
  type RenderedDoc,
  renderedFile,
  unpacked,
  wordsOf,
} from './doc-pages.ts'

export type AskForAsset = (path: string) => Promise<Asset | null>

const textOf = ({ body }: Asset): Promise<string> => new Response(body).text()

/** The address of a page over MCP. */
export const URI = 'portolan://docs/'

/** A page as Markdown. `null`: there is no such page. */
export async function readDoc(asset: AskForAsset, page: string): Promise<string | null> {
  const found = isDocPage(page) ? await asset(`${page}.md`) : null
  return found && (await textOf(found))
}

/** A page as people read it. `null`: there is no such page. */
export async function readRendered(asset: AskForAsset, page: string): Promise<RenderedDoc | null> {
  const found = isDocPage(page) ? await asset(renderedFile(page)) : null
  return found && (JSON.parse(await textOf(found)) as RenderedDoc)
}

const indexes = new WeakMap<AskForAsset, Promise<DocIndex>>()

/** Reads the index once and holds it: some 200 KB, in place of reading every page for each search. */
export function readDocIndex(asset: AskForAsset): Promise<DocIndex> {
  const known = indexes.get(asset)
  if (known !== undefined) {
    return known
  }
  const read = asset(DOC_INDEX).then(async (found) =>
    found === null ? { groups: [], words: '' } : (JSON.parse(await textOf(found)) as DocIndex),
  )
  indexes.set(asset, read)
  // A failed read is not kept, so that the next search tries again
  read.catch(() => indexes.delete(asset))
  return read
}

export const pagesIn = ({ groups }: DocIndex): readonly DocLink[] => groups.flatMap(({ pages }) => pages)

/** `section`: where in the page the excerpt stands; `null`: at its beginning. */
export type Hit = DocLink & { uri: string; section: { id: string; title: string } | null; excerpt: string }

const EXCERPT = 300
const WORDS_MOST = 20
/** A word that only begins with what is searched for counts this much of a whole one. */
const BEGINNING = 0.5
const BEGINNING_LEAST = 3

/**
 * Finds pages by words: the index tells which, and those that are answered are read for their excerpts.
 *
 * @param limit how many at most.
 */
export async function searchDocs(asset: AskForAsset, query: string, limit: number): Promise<Hit[]> {
  const index = await readDocIndex(asset)
  const pages = pagesIn(index)
  const words = queryWords(query)
  const scores = new Map<number, number>()
  const weights = new Map<string, number>()
  for (const word of words) {
    const found = lookUp(index.words, word)
    // A rare word tells more than one that is everywhere
    const weight = found.size === 0 ? 0 : Math.log(1 + pages.length / (1 + found.size))
    weights.set(word, weight)
    for (const [page, points] of found) {
      scores.set(page, (scores.get(page) ?? 0) + weight * points)
    }
  }
  const best = [...scores].toSorted(([a, x], [b, y]) => y - x || a - b).slice(0, limit)
  const hits = await Promise.all(
    best.map(async ([at]): Promise<Hit[]> => {
      const found = pages[at]
      const markdown = found && (await readDoc(asset, found.page))
      return found === undefined || markdown === undefined || markdown === null
        ? []
        : [{ ...found, uri: URI + found.page, ...excerptOf(docPage(found.page, markdown), weights) }]
    }),
  )
  return hits.flat()
}

/** Returns the words of a query, each once and not too many, so that a query costs little whatever is sent. */
export const queryWords = (query: string): string[] => [...new Set(wordsOf(query))].slice(0, WORDS_MOST)

/** The pages that have a word, or one that begins with it, each with how much that tells. */
function lookUp(lines: string, word: string): Map<number, number> {
  const found = new Map<number, number>()
  let at = lines.indexOf(`\n${word}`)
  while (at !== -1 && lines.startsWith(`\n${word}`, at)) {
    const ends = lines.indexOf('\n', at + 1)
    const [name = '', pages = ''] = lines.slice(at + 1, ends === -1 ? undefined : ends).split(' ')
    const factor = name === word ? 1 : word.length < BEGINNING_LEAST ? 0 : BEGINNING
    for (let from = 0; factor > 0 && from < pages.length; from += PACKED) {
      const { page, points } = unpacked(pages.slice(from, from + PACKED))
      found.set(page, Math.max(found.get(page) ?? 0, points * factor))
    }
    at = ends
  }
  return found
}

type Block = { text: string; section: Hit['section'] }

/** A heading names what stands under it. */
const UNDER_HEADING = 0.4

/**
 * The paragraph, or row of a table, that tells most about the words; of several the first that is more than labels.
 *
 * @param weights of the words.
 */
export function excerptOf(page: DocPage, weights: ReadonlyMap<string, number>): Pick<Hit, 'section' | 'excerpt'> {
  const words = [...weights].filter(([, weight]) => weight > 0)
  const told = (text: string) => {
    const found = wordsOf(text)
    return words.reduce((sum, [word, weight]) => sum + (found.some((each) => each.startsWith(word)) ? weight : 0), 0)
  }
  const [best] = blocksOf(page)
    .map(({ text, section }) => ({ text, section, told: told(text) + UNDER_HEADING * told(section?.title ?? '') }))
    .toSorted((a, b) => b.told - a.told || Number(isProse(b.text)) - Number(isProse(a.text)))
  const shown = words.map(([word]) => word)
  return { section: best?.section ?? null, excerpt: windowOf(best?.text ?? '', shown) }
}

function blocksOf({ title, text }: DocPage): Block[] {
  const slugOf = createSlugs()
  slugOf(title)
  const blocks: Block[] = []
  let section: Hit['section'] = null
  let isCode = false
  let open: string[] = []
  const close = () => {
    const said = open.join(' ').replaceAll(/\s+/g, ' ').trim()
    if (said !== '') {
      blocks.push({ text: said, section })
    }
    open = []
  }
  for (const line of text.split('\n')) {
    const heading = isCode ? null : /^#{1,6}\s+(.*)/.exec(line)
    if (/^\s*```/.test(line)) {
      close()
      isCode = !isCode
    } else if (heading !== null) {
      close()
      const name = plainText(heading[1] ?? '')
      section = { id: slugOf(name), title: name }
    } else if (/^\s*\|/.test(line)) {
      close()
      open = [rowText(line)]
      close()
    } else if (line.trim() === '') {
      close()
    } else {
      open.push(isCode ? line : plainText(line.replace(/^\s*([-*]|\d+\.)\s+/, '')))
    }
  }
  close()
  return blocks
}

/** The cells of a row; nothing of the line that stands under its head. */
const rowText = (line: string): string =>
  /^[\s|:-]+$/.test(line)
    ? ''
    : line
        .split(/(?<!\\)\|/)
        .map((cell) => plainText(cell.trim()))
        .filter((cell) => cell !== '')
        .join(' · ')

/** So much of a text as is shown, with the first of the words in it. */
function windowOf(text: string, words: readonly string[]): string {
  if (text.length <= EXCERPT) {
    return text
  }
  const lower = text.toLowerCase()
  const first = Math.min(...words.map((word) => lower.indexOf(word)).filter((at) => at !== -1), text.length)
  const from = first < EXCERPT * 0.8 || first === text.length ? 0 : text.indexOf(' ', first - EXCERPT / 3) + 1
  const before = from === 0 ? '' : '…'
  const cut = text.slice(from, from + EXCERPT - before.length - 1)
  return `${before}${cut}${from + cut.length < text.length ? '…' : ''}`
}

const isProse = (paragraph: string): boolean => /\.( |$)/.test(paragraph)
