/**
 * Sees what goes wrong on a page without anybody looking: errors, requests that fail or lead elsewhere, what the
 * Content-Security-Policy has refused, dialogs.
 *
 * @module
 */
import type { Page, Request } from 'playwright-core'
import { tellViolations } from './in-page.js'

export type Watch = {
  /** What has gone wrong since it was asked for last, each with the address of the page. */
  taken(): string[]
  /** Until that is asked, such a status is as it must be: of a page that is asked for because it is refused. */
  expectStatus(status: number): void
  /** Text of every console message so far. */
  readonly said: readonly string[]
}

/** The page tells it through this function, which no page calls by chance. */
const TELL = '__portolanWatch'

export async function watch(page: Page, origin: string): Promise<Watch> {
  let wrong: string[] = []
  const said: string[] = []
  const expected = new Set<number>()
  const tell = (what: string): void => {
    wrong.push(`${new URL(page.url(), origin).pathname}: ${what}`)
  }
  page.on('console', (message) => {
    said.push(message.text())
    const isExpected = [...expected].some((status) => message.text().includes(`status of ${status}`))
    if (['error', 'warning'].includes(message.type()) && !isExpected) {
      tell(`console ${message.type()}: ${message.text()}`)
    }
  })
  page.on('pageerror', (error) => tell(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    tell(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url())
    if (asked !== origin && protocol !== 'data:' && protocol !== 'about:' && protocol !== 'blob:') {
      tell(`asked ${request.url()}`)
    }
  })
  page.on('requestfailed', (request) => {
    if (!wasLeft(request)) {
      tell(`failed: ${request.url()} ${request.failure()?.errorText}`)
    }
  })
  page.on('response', (response) => {
    if (response.status() >= 400 && !expected.has(response.status())) {
      tell(`${response.status()} from ${response.url()}`)
    }
  })
  await page.exposeFunction(TELL, (what: string) => tell(what))
  await page.addInitScript(tellViolations, TELL)
  return {
    said,
    taken() {
      const taken = wrong
      wrong = []
      expected.clear()
      return taken
    },
    expectStatus: (status) => void expected.add(status),
  }
}

/** A stream of events, or a page that is left while it is loaded: nobody waits for the answer any more. */
const wasLeft = (request: Request): boolean => request.failure()?.errorText === 'net::ERR_ABORTED'
