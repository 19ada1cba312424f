import { posix } from 'node:path'
import { docPath } from '../../../api/docs/doc-pages.ts'

/**
 * Tells where a link of a page leads: `page` to another page, with `href` for a browser; `file` to a file of the
 * repository, which a server does not have.
 */
export type Led = { to: 'page'; page: string; hash: string; href: string } | { to: 'web' | 'here'; href: string } | File
type File = { to: 'file'; file: string }

/** @param isServed tells whether there is such a page. */
export function leadOf(from: string, href: string, isServed: (page: string) => boolean): Led {
  if (/^(https?|mailto):/.test(href)) {
    return { to: 'web', href }
  }
  if (href.startsWith('#')) {
    return { to: 'here', href }
  }
  const [path = '', anchor] = href.split('#')
  const hash = anchor === undefined ? '' : `#${anchor}`
  const file = posix.join('docs', posix.dirname(from), path)
  const page = /^docs\/(.+)\.md$/.exec(file)?.[1]
  if (page !== undefined && isServed(page)) {
    return { to: 'page', page, hash, href: docPath(page) + hash }
  }
  // The one file that is served elsewhere
  return file === 'openapi.yaml' ? { to: 'web', href: '/openapi.yaml' } : { to: 'file', file }
}
