import { RUNTIME, type TestPortolan } from './portolan.ts'

export type Html = {
  status: number
  headers: Headers
  /** As it was sent. */
  html: string
  /** What is read: without tags, spaces made one. */
  text: string
}

/** Asks as a browser does; of whoever the test does not name the token, the server's own is sent where one is needed. */
export async function openPage(api: TestPortolan, path: string, init: RequestInit = {}): Promise<Html> {
  const headers = new Headers(init.headers)
  headers.set('accept', 'text/html,application/xhtml+xml,*/*;q=0.8')
  if (RUNTIME === 'workers') {
    // Has the Worker's clock follow that of the test
    await api.call('/livez')
  }
  if (RUNTIME === 'workers' && !headers.has('authorization') && !headers.has('cookie')) {
    const { WORKERS_TOKEN } = await import('./portolan-on-workers.ts')
    headers.set('authorization', `Bearer ${WORKERS_TOKEN}`)
  }
  const response = await fetch(api.url + path, { redirect: 'manual', ...init, headers })
  const html = await response.text()
  return { status: response.status, headers: response.headers, html, text: textOf(html) }
}

/** The text of HTML, for what a reader reads. */
export const textOf = (html: string): string =>
  html
    .replaceAll(/<(script|style)\b[^>]*>.*?<\/\1>/gs, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** The text of a section of a page, by its id: up to the next section that has one. */
export function sectionOf(html: string, id: string): string {
  const from = html.indexOf(`<section id="${id}"`)
  if (from < 0) {
    throw new Error(`the page has no section ${id}`)
  }
  const next = html.indexOf('<section id="', from + 1)
  return textOf(html.slice(from, next < 0 ? html.indexOf('</main>', from) : next))
}
