/** What a browser does with cookies and redirects: it keeps the one by host, not by port, and follows the other. */
export type Browser = {
  /** The cookies of loopback, by name. */
  cookies: Map<string, string>
  /** The Set-Cookie headers so far, whole. */
  set: string[]
  /** Asks once. */
  ask(url: string, init?: RequestInit): Promise<Response>
  /** Asks, and follows redirects until one leads to where `stop` says, or none comes. */
  follow(url: string, stop?: (url: string) => boolean): Promise<{ response: Response; url: string }>
}

const REDIRECTS_MAX = 20

export function createBrowser(): Browser {
  const browser: Browser = {
    cookies: new Map(),
    set: [],
    async ask(url, init = {}) {
      const headers = new Headers(init.headers)
      if (browser.cookies.size > 0) {
        headers.set('cookie', [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '))
      }
      const response = await fetch(url, { ...init, headers, redirect: 'manual' })
      for (const line of response.headers.getSetCookie()) {
        browser.set.push(line)
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        const isGone = /;\s*max-age=0\b/i.test(line) || /;\s*expires=Thu, 01 Jan 1970/i.test(line)
        if (isGone) {
          browser.cookies.delete(name)
        } else {
          browser.cookies.set(name, value)
        }
      }
      return response
    },
    async follow(url, stop = () => false) {
      let at = url
      for (let hops = 0; hops < REDIRECTS_MAX; hops++) {
        const response = await browser.ask(at)
        const location = response.headers.get('location')
        if (location === null) {
          return { response, url: at }
        }
        const next = new URL(location, at).href
        if (stop(next)) {
          return { response, url: next }
        }
        await response.body?.cancel()
        at = next
      }
      throw new Error(`more than ${REDIRECTS_MAX} redirects`)
    },
  }
  return browser
}
