import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import type { PublicIncident, PublicStatusDocument } from './document.ts'
import { renderAtom, renderRss } from './feeds.ts'

const incident = (over: Partial<PublicIncident> = {}): PublicIncident => ({
  ...{ id: 'inc_A', source: 'measured', title: 'Disruption of Checkout', state: 'ongoing', services: ['Checkout'] },
  ...{ startedAt: '2026-11-30T12:00:00.000Z', endedAt: null, updatedAt: '2026-11-30T12:00:00.000Z' },
  updates: [{ at: '2026-11-30T12:00:00.000Z', state: 'ongoing', text: 'Some or all ways to Checkout fail.' }],
  ...over,
})
const status = (
  incidents: readonly PublicIncident[],
  over: Partial<PublicStatusDocument> = {},
): PublicStatusDocument => ({
  ...{ title: 'Pond Inc.', description: null, state: 'outage', summary: 'There is an outage', services: [] },
  ...{ days: { from: '2026-09-02', to: '2026-11-30' }, incidents, incidentsLeftOut: false },
  ...over,
})
const PLACE = {
  ...{ pageUrl: 'https://portolan.example/status/pond', key: 'k', changedAt: '2026-11-01T00:00:00.000Z' },
  feedUrl: 'https://portolan.example/status/pond/feed',
}
const parser = new XMLParser({
  ignoreAttributes: false,
  parseTagValue: false,
  isArray: (name) => /^(item|entry)$/.test(name),
})
function parse(xml: string) {
  expect(XMLValidator.validate(xml)).toBe(true)
  return parser.parse(xml)
}
const HOSTILE = '<script>alert(1)</script> & "quoted" ]]> \u0007 \ud800 &lt;b>'
const feeds = [
  ['Atom', renderAtom],
  ['RSS', renderRss],
] as const

describe('Atom', () => {
  it('has all that RFC 4287 requires of a feed and of an entry', () => {
    const { feed } = parse(
      renderAtom(status([incident(), incident({ id: 'inc_B', updatedAt: '2026-11-30T13:00:00.000Z' })]), PLACE),
    )
    expect(feed).toMatchObject({
      ...{ '@_xmlns': 'http://www.w3.org/2005/Atom', id: 'tag:portolan.dev,2026:status/k', title: 'Pond Inc.' },
      // The latest of all entries
      ...{ updated: '2026-11-30T13:00:00.000Z', author: { name: 'Pond Inc.' }, subtitle: 'Incidents of Pond Inc.' },
      link: [
        { '@_rel': 'self', '@_href': PLACE.feedUrl },
        { '@_rel': 'alternate', '@_href': PLACE.pageUrl },
      ],
    })
    expect(feed.entry).toHaveLength(2)
    expect(feed.entry[0]).toMatchObject({
      ...{ id: 'tag:portolan.dev,2026:status/k/inc_A', title: 'Disruption of Checkout' },
      ...{ published: '2026-11-30T12:00:00.000Z', updated: '2026-11-30T12:00:00.000Z' },
      link: { '@_rel': 'alternate', '@_href': `${PLACE.pageUrl}#inc_A` },
      content: {
        '@_type': 'html',
        '#text':
          '<p>Checkout</p><p><strong>Ongoing</strong> 2026-11-30 12:00 UTC<br>Some or all ways to Checkout fail.</p>',
      },
    })
  })
})

describe('RSS', () => {
  it('has all that RSS 2.0 requires of a channel, and an id of each item that is no address', () => {
    const { rss } = parse(renderRss(status([incident()], { description: 'What we run' }), PLACE))
    expect(rss).toMatchObject({
      '@_version': '2.0',
      channel: {
        ...{ title: 'Pond Inc.', link: PLACE.pageUrl, description: 'What we run', language: 'en' },
        ...{ lastBuildDate: 'Mon, 30 Nov 2026 12:00:00 GMT', ttl: '1' },
        'atom:link': { '@_rel': 'self', '@_type': 'application/rss+xml', '@_href': PLACE.feedUrl },
        item: [
          {
            ...{ title: 'Disruption of Checkout', link: `${PLACE.pageUrl}#inc_A` },
            guid: { '@_isPermaLink': 'false', '#text': 'tag:portolan.dev,2026:status/k/inc_A' },
            pubDate: 'Mon, 30 Nov 2026 12:00:00 GMT',
          },
        ],
      },
    })
  })
})

describe.each(feeds)('%s', (_name, render) => {
  it('is as old as the page where nothing has happened', () => {
    const xml = render(status([]), PLACE)
    parse(xml)
    expect(xml).toMatch(/2026-11-01T00:00:00.000Z|Sun, 01 Nov 2026 00:00:00 GMT/)
  })

  it('shows what people wrote as text, whatever it is', () => {
    const hostile = incident({
      ...{ title: HOSTILE, services: [HOSTILE] },
      updates: [{ at: '2026-11-30T12:00:00.000Z', state: 'investigating', text: `${HOSTILE}\nsecond` }],
    })
    const parsed = JSON.stringify(parse(render(status([hostile], { title: HOSTILE, description: HOSTILE }), PLACE)))
    // Within an entry it is HTML, in which it is text
    expect(parsed).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot; ]]&gt;')
    expect(parsed).toContain('<br>second')
    expect(parsed).not.toMatch(/<p>[^"]*<script>/)
  })

  it('keeps the id of an incident when it goes on, and when the page is called otherwise or moves', () => {
    const ids = (xml: string) => [...xml.matchAll(/tag:portolan[^<]*/g)].map(([id]) => id)
    const later = incident({ state: 'resolved', endedAt: '2026-11-30T13:00:00.000Z', title: 'Other' })
    const moved = { ...PLACE, pageUrl: 'https://portolan.example/status/sea', feedUrl: 'https://portolan.example/f' }
    expect(ids(render(status([later], { title: 'Sea Inc.' }), moved))).toEqual(ids(render(status([incident()]), PLACE)))
  })
})
