/**
 * The incidents of a status page as feeds: Atom (RFC 4287), and RSS 2.0 with the elements that readers need. Entries
 * have ids that stay, whatever becomes of the page's address.
 *
 * @module
 */
import { element, empty, open } from '../xml.ts'
import type { PublicIncident, PublicStatusDocument } from './document.ts'
import { STATE_WORDS } from './words.ts'

/** Names a feed, and the page that it is about. */
export type FeedPlace = {
  /** Addresses of the page and of the feed, whole. */
  pageUrl: string
  feedUrl: string
  /** Names the page in ids (RFC 4151); opaque. */
  key: string
  /** The last change of the page itself: that of a feed without entries. */
  changedAt: string
}

const tagOf = (key: string, id = ''): string => `tag:portolan.dev,2026:status/${key}${id === '' ? '' : `/${id}`}`

const HEAD = '<?xml version="1.0" encoding="utf-8"?>'

export function renderAtom(status: PublicStatusDocument, place: FeedPlace): string {
  const { pageUrl, feedUrl, key } = place
  const entries = status.incidents.map((incident) =>
    [
      '<entry>',
      element('id', {}, tagOf(key, incident.id)),
      element('title', {}, incident.title),
      element('published', {}, incident.startedAt),
      element('updated', {}, incident.updatedAt),
      empty('link', { rel: 'alternate', type: 'text/html', href: `${pageUrl}#${incident.id}` }),
      element('content', { type: 'html' }, htmlOf(incident)),
      '</entry>',
    ].join('\n'),
  )
  return lines([
    HEAD,
    open('feed', { xmlns: 'http://www.w3.org/2005/Atom', 'xml:lang': 'en' }),
    element('id', {}, tagOf(key)),
    element('title', {}, status.title),
    element('subtitle', {}, subtitleOf(status)),
    element('updated', {}, updatedAt(status, place)),
    '<author>',
    element('name', {}, status.title),
    '</author>',
    empty('link', { rel: 'self', type: 'application/atom+xml', href: feedUrl }),
    empty('link', { rel: 'alternate', type: 'text/html', href: pageUrl }),
    ...entries,
    '</feed>',
  ])
}

export function renderRss(status: PublicStatusDocument, place: FeedPlace): string {
  const { pageUrl, feedUrl, key } = place
  const items = status.incidents.map((incident) =>
    [
      '<item>',
      element('title', {}, incident.title),
      element('link', {}, `${pageUrl}#${incident.id}`),
      element('guid', { isPermaLink: 'false' }, tagOf(key, incident.id)),
      element('pubDate', {}, mailDate(incident.startedAt)),
      element('description', {}, htmlOf(incident)),
      '</item>',
    ].join('\n'),
  )
  return lines([
    HEAD,
    open('rss', { version: '2.0', 'xmlns:atom': 'http://www.w3.org/2005/Atom' }),
    '<channel>',
    element('title', {}, status.title),
    element('link', {}, pageUrl),
    element('description', {}, subtitleOf(status)),
    element('language', {}, 'en'),
    element('lastBuildDate', {}, mailDate(updatedAt(status, place))),
    element('ttl', {}, '1'),
    empty('atom:link', { rel: 'self', type: 'application/rss+xml', href: feedUrl }),
    ...items,
    '</channel>',
    '</rss>',
  ])
}

const lines = (parts: readonly string[]): string => `${parts.join('\n')}\n`

const subtitleOf = ({ title, description }: PublicStatusDocument): string => description ?? `Incidents of ${title}`

const updatedAt = ({ incidents }: PublicStatusDocument, { changedAt }: FeedPlace): string =>
  incidents.map((incident) => incident.updatedAt).reduce((a, b) => (a > b ? a : b), changedAt)

/** RFC 822, with the year in four digits as RSS has it. */
const mailDate = (instant: string): string => new Date(instant).toUTCString()

/** Readers take the text of an entry for HTML; it is escaped as such, and once more as XML. */
function htmlOf({ updates, services }: PublicIncident): string {
  const about = services.length === 0 ? '' : `<p>${htmlText(services.join(', '))}</p>`
  const told = updates.map(({ at, state, text }) => {
    const when = `<strong>${STATE_WORDS[state]}</strong> ${at.slice(0, 10)} ${at.slice(11, 16)} UTC`
    return `<p>${when}${text === '' ? '' : `<br>${htmlText(text).replaceAll('\n', '<br>')}`}</p>`
  })
  return about + told.join('')
}

const htmlText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
