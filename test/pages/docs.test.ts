import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DOC_FOLDERS, DOC_PAGES, docPath, isDocPage } from '../../src/api/docs/doc-pages.ts'
import { leadOf } from '../../src/runtime/node/docs/links.ts'
import { readDocs } from '../../src/runtime/node/docs/make.ts'
import { renderDoc } from '../../src/runtime/node/docs/render.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'

const FOLDER = fileURLToPath(new URL('../../docs', import.meta.url))
const { index, render } = readDocs(FOLDER)
const served = index.groups.flatMap(({ pages }) => pages.map(({ page }) => page))
const rendered = new Map(served.map((page) => [page, render(page)]))

const idsOf = (html: string): string[] => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)
const linksOf = (html: string): string[] =>
  [...html.matchAll(/<a (?:class="anchor" )?href="([^"]+)"/g)].map(([, to = '']) => to)

describe('every page of the documentation that is served', () => {
  it('is every file of its folders, once, and is rendered', () => {
    const files = globSync(`{.,${DOC_FOLDERS.join(',')}}/*.md`, { cwd: FOLDER }).map((file) =>
      file.replace(/\.md$/, ''),
    )
    expect(served.toSorted()).toEqual(files.filter(isDocPage).toSorted())
    expect([...rendered].filter(([, page]) => page === null || page.title === '' || page.html.length < 50)).toEqual([])
    expect(served.filter((page) => !page.includes('/')).toSorted()).toEqual([...DOC_PAGES].toSorted())
  })

  it('links to pages and headings that there are', () => {
    const pages = new Map([...rendered].map(([page, found]) => [docPath(page), new Set(idsOf(found?.html ?? ''))]))
    const broken = [...rendered].flatMap(([page, found]) =>
      linksOf(found?.html ?? '')
        .filter((to) => !/^(https?:|mailto:)/.test(to) && to !== '/openapi.yaml')
        .filter((to) => {
          const [path = '', anchor] = to.split('#')
          const ids = pages.get(path === '' ? docPath(page) : path)
          return ids === undefined || (anchor !== undefined && !ids.has(anchor))
        })
        .map((to) => `${page}: ${to}`),
    )
    expect(broken).toEqual([])
  })

  it('has no id twice, and its headings in order', () => {
    const odd = [...rendered].flatMap(([page, found]) => {
      const ids = idsOf(found?.html ?? '')
      const levels = [1, ...[...(found?.html ?? '').matchAll(/<h(\d)/g)].map(([, level]) => Number(level))]
      const jumps = levels.filter((level, at) => level > (levels[at - 1] ?? 1) + 1 || (at > 0 && level === 1))
      return ids.length === new Set(ids).size && jumps.length === 0 ? [] : [`${page} ${ids} ${levels}`]
    })
    expect(odd).toEqual([])
  })

  it('has contents that lead to its headings', () => {
    const lost = [...rendered].flatMap(([page, found]) =>
      (found?.contents ?? [])
        .filter(({ id }) => !idsOf(found?.html ?? '').includes(id))
        .map(({ id }) => `${page}#${id}`),
    )
    expect(lost).toEqual([])
  })

  it('follows the order of docs/README.md, from the first to the last', () => {
    for (const { pages } of index.groups) {
      const walked: string[] = []
      for (let at = pages[0]?.page ?? null; at !== null; at = rendered.get(at)?.next?.page ?? null) {
        walked.push(at)
      }
      expect(walked).toEqual(pages.map(({ page }) => page))
      expect(pages.map(({ page }) => rendered.get(page)?.previous?.page ?? null)).toEqual([
        null,
        ...walked.slice(0, -1),
      ])
    }
    expect(served.slice(0, 3)).toEqual(['README', 'getting-started', 'guides/command-line'])
  })
})

describe('Markdown', () => {
  const htmlOf = (text: string) => renderDoc({ page: 'guides/a', title: 'A', text }, (page) => page === 'paths').html

  it('has no HTML of its own: what looks like it is shown', () => {
    expect(htmlOf('a <b onclick="x()">b</b>\n\n<script>alert(1)</script>\n')).toBe(
      '<p>a &lt;b onclick=&quot;x()&quot;&gt;b&lt;/b&gt;</p>\n&lt;script&gt;alert(1)&lt;/script&gt;\n',
    )
    expect(htmlOf('`<i>` and\n\n```html\n<i>"\n```\n')).not.toMatch(/<i>/)
  })

  it('links to pages as pages, and names what is a file of the repository alone', () => {
    const leads = [
      '../paths.md#dns',
      '../adr/0001-x.md',
      '../../README.md',
      '../../openapi.yaml',
      '#b',
      'https://x.y/z',
    ]
    expect(leads.map((href) => leadOf('guides/a', href, (page) => page === 'paths'))).toEqual([
      { to: 'page', page: 'paths', hash: '#dns', href: '/docs/paths#dns' },
      { to: 'file', file: 'docs/adr/0001-x.md' },
      { to: 'file', file: 'README.md' },
      { to: 'web', href: '/openapi.yaml' },
      { to: 'here', href: '#b' },
      { to: 'web', href: 'https://x.y/z' },
    ])
    expect(htmlOf('[a](javascript:alert) [b](//x.y)')).not.toMatch(/href/)
  })

  it('numbers headings of one name, names code, and gives tables a caption and heads', () => {
    const html = htmlOf('## B\n\n## B\n\n```sh\nls\n```\n\n| | x |\n|---|---|\n| 1 | 2 |\n')
    expect(idsOf(html)).toEqual(['b', 'b-1'])
    expect(html).toContain('aria-label="Code, sh"')
    expect(html).toContain('<caption class="visually-hidden">B: x</caption>')
    expect(html).toContain('<tr><td></td><th scope="col">x</th></tr>')
  })
})

describe('pages', () => {
  let api: TestPortolan
  beforeAll(async () => {
    api = await startTestPortolan()
  })
  afterAll(() => api.close())
  const get = async (path: string) => (await api.call(path, { headers: { accept: 'text/html' } })).text()

  it('show contents, neighbours, a search, and code that can be copied', async () => {
    const html = await get('/docs/guides/ci')
    expect(html).toMatch(/<nav class="contents" aria-labelledby="contents">/)
    expect(html).toContain('<a href="#no-flaky-builds">No flaky builds</a>')
    expect(html).toMatch(/rel="prev"><span class="quiet">Previous:<\/span> From the command line/)
    expect(html).toMatch(/rel="next"><span class="quiet">Next:<\/span> Gates for progressive delivery/)
    expect(html).toContain('<button type="button" data-copy hidden>Copy</button>')
    expect(html).toMatch(/<search><form class="docs-search" action="\/docs\/search"><label/)
    expect(html).toMatch(/<a href="\/docs" aria-current="page">Docs<\/a>/)
  })

  it('are all listed at /docs', async () => {
    const html = await get('/docs')
    expect(served.filter((page) => !html.includes(`href="${docPath(page)}"`))).toEqual([])
    expect(html).toContain('href="/docs/api"')
  })

  it('show what was searched for as it was typed, and run nothing of it', async () => {
    const html = await get(`/docs/search?q=${encodeURIComponent('"><script>x</script> dns')}`)
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;x&lt;/script&gt; dns"')
    expect(html).not.toContain('<script>')
    expect(await get('/docs/search?q=xyzzyplugh')).toContain('No page has these words.')
    expect(await get('/docs/search?q=%20')).not.toContain('No page has')
    expect(await get(`/docs/search?q=${'x'.repeat(2000)}`)).toContain('No page has these words.')
  })

  it('lead from a folder to its pages', async () => {
    expect(await get('/docs/failures')).toContain('<h1>Failure codes</h1>')
    expect(await get('/docs/guides')).toContain('<h1>Documentation</h1>')
  })
})

describe('where the documentation is private', () => {
  it('whoever is not known is sent to the login, and any token reads', async () => {
    const token = 'a-token-of-the-test-0123456789'
    const api = await startTestPortolan({
      PORTOLAN_AUTH: 'tokens',
      PORTOLAN_ADMIN_TOKEN: token,
      PORTOLAN_DOCS: 'private',
    })
    try {
      const headers = { accept: 'text/html' }
      for (const path of ['/docs', '/docs/paths', '/docs/guides/ci', '/docs/search?q=dns', '/docs/api']) {
        const sent = await fetch(api.url + path, { headers, redirect: 'manual' })
        expect([path, sent.status, sent.headers.get('location')]).toEqual([
          ...[path, 303, `/login?next=${encodeURIComponent(path)}`],
        ])
        const read = await api.call(path, { headers: { ...headers, authorization: `Bearer ${token}` } })
        expect([path, read.status]).toEqual([path, 200])
      }
    } finally {
      await api.close()
    }
  })
})
