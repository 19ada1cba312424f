/** The pages of the documentation that are served, as the folders under `docs/` have them. */
export const DOC_FOLDERS = ['errors', 'failures', 'diagnoses', 'guides'] as const

/** Those that stand in no folder. `README` is the way to all others. */
export const DOC_PAGES = [
  'README',
  'annotations',
  'cli',
  'gateway-api',
  'getting-started',
  'paths',
  'reading-a-cluster',
  'reliability',
  'runtimes',
  'settings',
  'versioning',
] as const

export type DocPage = {
  /** `diagnoses/no_endpoints`, `paths`. */
  page: string
  title: string
  /** Markdown, without the title. */
  text: string
}

/** A remark of whoever maintains the page. */
const REMARK = /<!--[\s\S]*?-->\n*/g

/** @param markdown whole, with a heading in its first line. */
export function docPage(page: string, markdown: string): DocPage {
  const [first = '', ...rest] = markdown.replaceAll(REMARK, '').trimStart().split('\n')
  return { page, title: first.replace(/^#+\s*/, '').trim(), text: rest.join('\n').trim() }
}

/** Tells whether a page may be asked for by that name; whether there is one is another question. */
export function isDocPage(page: string): boolean {
  const [folder, name, ...rest] = page.split('/')
  return rest.length > 0 || folder === undefined
    ? false
    : name === undefined
      ? DOC_PAGES.some((known) => known === folder)
      : DOC_FOLDERS.some((known) => known === folder) && /^(README|[a-z0-9_-]+)$/.test(name)
}

/** Returns the address at which browsers read a page. */
export const docPath = (page: string): string => (page === 'README' ? '/docs' : `/docs/${page}`)

export type DocLink = { page: string; title: string }

/** A page as people read it. */
export type RenderedDoc = DocLink & {
  /** The first sentences, for whoever finds the page by a search. */
  summary: string
  /** Without the title. Made of our own Markdown, in which HTML is off. */
  html: string
  contents: readonly Heading[]
  previous: DocLink | null
  next: DocLink | null
}

export type Heading = { level: number; id: string; text: string }

/** Pages that are read one after another. */
export type DocGroup = { id: string; title: string; pages: readonly DocLink[] }

/** Lists the pages in the order of `docs/README.md`, and the pages on which each word stands. */
export type DocIndex = {
  groups: readonly DocGroup[]
  /**
   * A line for each word, sorted, which begins with a line feed: the word, a space, and what `packed` makes of each
   * page.
   */
  words: string
}

/** Files that the build makes beside the Markdown. */
export const DOC_INDEX = 'index.json'
export const renderedFile = (page: string): string => `rendered/${page}.json`

/** A page by its number and how much a word tells about it, each in base 36: two characters and one. */
export const PACKED = 3
export const packed = (page: number, points: number): string =>
  page.toString(36).padStart(2, '0') + Math.min(35, points).toString(36)
export const unpacked = (text: string): { page: number; points: number } => ({
  page: Number.parseInt(text.slice(0, 2), 36),
  points: Number.parseInt(text.slice(2), 36),
})

/** Words, as they are searched for. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? []

/** The names of headings in links to them, as GitHub makes them: of one page, as a second of one name has a number. */
export function createSlugs(): (heading: string) => string {
  const known = new Map<string, number>()
  return (heading) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    const times = known.get(slug) ?? 0
    known.set(slug, times + 1)
    return times === 0 ? slug : `${slug}-${times}`
  }
}

/** Takes the markup off a line of Markdown. */
export const plainText = (markdown: string): string =>
  markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/(`+)(.+?)\1/g, '$2')
    .replaceAll(/\*\*(.+?)\*\*/g, '$1')
    .replaceAll(/\\([|<>*_`[\]])/g, '$1')
