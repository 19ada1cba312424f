import { raw } from 'hono/html'
import { DOC_FOLDERS, DOC_PAGES, type DocLink, docPath, type RenderedDoc } from '../../api/docs/doc-pages.ts'
import { readDocIndex, readRendered } from '../../api/docs/search.ts'
import type { Api, ApiContext } from '../../api/route.ts'
import { ProblemError } from '../../lib/problem.ts'
import { ask } from '../ask.ts'
import { answerPage, page } from '../page.tsx'
import { Marked } from '../parts/marked.tsx'

/** Leaves clients that take no HTML to the API, which answers with the text of the page. */
const asText = {
  scope: 'docs',
  otherwise: async (_: ApiContext, next: () => Promise<void>) => {
    await next()
    return undefined
  },
} as const

const FOLDERS = `(?:${DOC_FOLDERS.join('|')})`
const QUERY_MOST = 300

const IN_DOCS = { nav: 'docs', styles: ['docs.css'] } as const

/** `/docs`: every page of the documentation, to be read and searched. */
export function mountDocsPages(app: Api): void {
  page(app, { ...asText, path: '/docs' }, showIndex)
  page(app, { ...asText, path: '/docs/search' }, showSearch)
  page(app, { ...asText, path: `/docs/:folder{${FOLDERS}}` }, (context) => {
    const folder = context.req.param('folder')
    return context.redirect(folder === 'guides' ? '/docs#guides' : `/docs/${folder}/README`, 302)
  })
  page(app, { ...asText, path: `/docs/:page{(?:${DOC_PAGES.join('|')})(?:\\.md)?}` }, (context) =>
    showPage(context, context.req.param('page') ?? ''),
  )
  page(app, { ...asText, path: `/docs/:folder{${FOLDERS}}/:page` }, (context) => {
    const { folder, page: name } = context.req.param()
    return showPage(context, `${folder}/${name}`)
  })
}

async function showPage(context: ApiContext, asked: string): Promise<Response> {
  const name = asked.replace(/\.md$/, '')
  const found = await readRendered(context.get('deps').asset, name)
  if (found === null) {
    throw new ProblemError('not_found', 'The documentation has no such page: /docs has all, /docs/search finds them.')
  }
  // Links of problems, and between the files, name the Markdown, which no browser shows
  if (name !== asked || name === 'README') {
    return context.redirect(docPath(name), 302)
  }
  const { title, html, contents, previous, next } = found
  return answerPage(
    context,
    { title, ...IN_DOCS },
    <div class="docs">
      <Search />
      <article class={contents.length > 1 ? 'with-contents' : undefined}>
        <h1>{title}</h1>
        {contents.length > 1 ? <Contents of={contents} /> : null}
        <div class="prose">{raw(html)}</div>
      </article>
      <Neighbours {...{ previous, next }} />
    </div>,
  )
}

function Contents({ of }: { of: RenderedDoc['contents'] }) {
  return (
    <nav class="contents" aria-labelledby="contents">
      <p id="contents">On this page</p>
      <ul>
        {of.map(({ level, id, text }) => (
          <li class={level > 2 ? 'deeper' : undefined}>
            <a href={`#${id}`}>{text}</a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Neighbours({ previous, next }: Pick<RenderedDoc, 'previous' | 'next'>) {
  const link = (to: DocLink, rel: 'prev' | 'next', word: string) => (
    <a href={docPath(to.page)} rel={rel}>
      <span class="quiet">{word}</span> {to.title}
    </a>
  )
  return previous === null && next === null ? null : (
    <nav class="neighbours" aria-label="Pages before and after">
      {previous === null ? <span /> : link(previous, 'prev', 'Previous:')}
      {next === null ? null : link(next, 'next', 'Next:')}
    </nav>
  )
}

function Search({ query = '', isHome = false }: { query?: string; isHome?: boolean }) {
  return (
    <search>
      <form class="docs-search" action="/docs/search">
        <label class="visually-hidden" for="q">
          Search the documentation
        </label>
        <input
          {...{ id: 'q', name: 'q', type: 'search', value: query, required: true, maxlength: QUERY_MOST }}
          placeholder="A code, like connection_refused, or words"
          autocomplete="off"
        />{' '}
        <button type="submit">Search</button>
        {isHome ? null : <a href="/docs">All pages</a>}
      </form>
    </search>
  )
}

async function showIndex(context: ApiContext): Promise<Response> {
  const { asset } = context.get('deps')
  const [start, { groups }] = await Promise.all([readRendered(asset, 'README'), readDocIndex(asset)])
  return answerPage(
    context,
    { title: 'Documentation', ...IN_DOCS },
    <div class="docs">
      <h1>Documentation</h1>
      <Search isHome={true} />
      <p>
        Find a page by what you want to do. The <a href="/docs/api">API browser</a> shows every operation of the API and
        sends it.
      </p>
      {start === null ? null : <div class="prose">{raw(start.html)}</div>}
      <h2>All pages</h2>
      {groups.map(({ id, title, pages }) => (
        <details class="group" id={id} open={id === 'guides'}>
          <summary>
            <h3>{title}</h3> <span class="quiet">{pages.length} pages</span>
          </summary>
          <ul>
            {pages.map(({ page: name, title: text }) => (
              <li>
                <a href={docPath(name)}>{text}</a>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </div>,
  )
}

async function showSearch(context: ApiContext): Promise<Response> {
  const query = (context.req.query('q') ?? '').trim().slice(0, QUERY_MOST)
  const { words, pages } = query === '' ? { words: [], pages: [] } : await ask(context).searchDocs({ q: query })
  return answerPage(
    context,
    { title: query === '' ? 'Search the documentation' : `${query} - Search the documentation`, ...IN_DOCS },
    <div class="docs">
      <h1>Search the documentation</h1>
      <Search query={query} />
      {query === '' ? null : (
        <p role="status">
          {pages.length === 0
            ? 'No page has these words. A search finds whole words and beginnings of words, as they stand in the pages.'
            : `${pages.length === 1 ? 'One page' : `The ${pages.length} best pages`} for “${query}”`}
        </p>
      )}
      <ol class="hits">
        {pages.map(({ page: name, path, title, section, excerpt }) => (
          <li>
            <h2>
              <a href={path}>
                <Marked text={title} words={words} />
                {section === null ? null : `: ${section.title}`}
              </a>
            </h2>
            <p class="quiet">{docPath(name)}</p>
            <p>
              <Marked text={excerpt} words={words} />
            </p>
          </li>
        ))}
      </ol>
    </div>,
  )
}
