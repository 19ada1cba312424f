import Negotiator from 'negotiator'

/**
 * Tells whether a client wants a page rather than a document: only one that names `text/html` does, as browsers do, and
 * prefers it to JSON (RFC 9110 12.5.1). What takes anything, like curl, is answered with documents.
 */
export function prefersHtml(accept: string | undefined): boolean {
  if (accept === undefined || !/(?:^|[,\s])text\/html(?:[;,\s]|$)/i.test(accept)) {
    return false
  }
  const negotiator = new Negotiator({ headers: { accept: accept.toLowerCase() } })
  return negotiator.mediaType(['text/html', 'application/json']) === 'text/html'
}

/**
 * Tells whether somebody follows a link or types an address. Browsers say so (Fetch Metadata), and over plain http by
 * the older field. Clients that name `text/html` by themselves and read JSON, as Java's do, say neither.
 */
export const isOpenedInBrowser = (request: { header(name: string): string | undefined }): boolean =>
  prefersHtml(request.header('accept')) &&
  (request.header('sec-fetch-mode') === 'navigate' || request.header('upgrade-insecure-requests') === '1')
