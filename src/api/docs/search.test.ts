import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createAssets } from '../../runtime/node/assets.ts'
import { gatherDocPages } from '../../runtime/node/docs/gather.ts'
import { DOC_INDEX, DOC_PAGES, docPage, isDocPage } from './doc-pages.ts'
import { excerptOf, searchDocs } from './search.ts'

const asset = createAssets(new URL('../../runtime/node/core.ts', import.meta.url).href)
const pages = gatherDocPages(fileURLToPath(new URL('../../../docs', import.meta.url)))

describe('the documentation', () => {
  it('is all there: pages of codes, guides, and those that stand alone', () => {
    const names = pages.map(({ page }) => page)
    expect(names).toEqual(expect.arrayContaining([...DOC_PAGES, 'guides/mcp', 'errors/not_found', 'diagnoses/README']))
    expect(names.filter((page) => !isDocPage(page))).toEqual([])
    expect(pages.filter(({ title, text }) => title === '' || text === '')).toEqual([])
  })

  it('is asked for by the names of its pages alone', () => {
    const asked = [
      'paths',
      'guides/mcp',
      'diagnoses/README',
      'architecture',
      'adr/0001',
      '../x',
      'guides/',
      '/paths',
      '',
    ]
    expect(asked.map(isDocPage)).toEqual([true, true, true, false, false, false, false, false, false])
    expect(['guides/../x', 'guides/a/b', 'guides/A', 'constructor', 'guides/a.md'].map(isDocPage)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ])
  })

  it.each([
    ['connection_refused', 'failures/connection_refused'],
    ['selector matches no pods', 'diagnoses/selector_matches_no_pods'],
    ['idempotency key reused', 'errors/idempotency_key_reused'],
    ['which settings are there', 'settings'],
    ['PORTOLAN_EGRESS_ALLOW', 'guides/egress'],
    ['let several teams use one server tenants', 'guides/tenants'],
    ['network policy port', 'diagnoses/network_policy_port'],
    ['polic port netw', 'diagnoses/network_policy_port'],
  ])('is found: %s', async (query, page) => {
    expect((await searchDocs(asset, query, 3)).map((hit) => hit.page)).toContain(page)
  })

  it('has nothing to say to no word, to words that are nowhere, and to what is no word', async () => {
    const asked = ['…', 'xyzzyplugh', '', ' ', 'a', '\n', '.*']
    expect(await Promise.all(asked.map((query) => searchDocs(asset, query, 3)))).toEqual(asked.map(() => []))
  })

  it('reads its index once, and only the pages that it answers', async () => {
    const read: string[] = []
    const counting = async (path: string) => {
      read.push(path)
      return asset(path)
    }
    const found = await searchDocs(counting, 'connection_refused', 2)
    await searchDocs(counting, 'connection_refused', 2)
    const pages = found.map(({ page }) => `${page}.md`)
    expect(read.toSorted()).toEqual([DOC_INDEX, ...pages, ...pages].toSorted())
  })

  it('reads its index again that it could not read', async () => {
    let times = 0
    const failing = (path: string) => (times++ === 0 ? Promise.reject(new Error('no file')) : asset(path))
    await expect(searchDocs(failing, 'dns', 1)).rejects.toThrow('no file')
    expect((await searchDocs(failing, 'dns', 1)).length).toBe(1)
  })

  it('tells the section in which the words stand, and shows no marks of Markdown', async () => {
    const found = await searchDocs(asset, 'PORTOLAN_RETENTION_RAW', 20)
    const hit = found.find(({ page }) => page === 'settings')
    expect(hit?.excerpt).toContain('PORTOLAN_RETENTION_RAW')
    expect(hit?.excerpt).not.toMatch(/`|\]\(|\|/)
    const [jumps] = await searchDocs(asset, 'a clock that jumps', 1)
    expect(jumps).toMatchObject({
      page: 'guides/operations',
      section: { id: 'a-clock-that-jumps', title: 'A clock that jumps' },
    })
    expect(hit?.excerpt.length).toBeLessThanOrEqual(300)
  })

  it('shows the paragraph that has most of the words, and not a line of labels', () => {
    const page = docPage(
      'a',
      '# A\n\nlayer `dns`\n\nThe first one.\n\n## Part\n\nThe dns of a cluster, at some length.\n',
    )
    expect(excerptOf(page, new Map([['dns', 1]]))).toEqual({
      section: { id: 'part', title: 'Part' },
      excerpt: 'The dns of a cluster, at some length.',
    })
  })
})
