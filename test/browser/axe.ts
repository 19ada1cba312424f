import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { runAxe } from './in-page.js'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** WCAG 2.2 AA with all that it contains, and what is good practice beside. */
const OPTIONS: RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  // Off unless asked for
  rules: { 'target-size': { enabled: true } },
  resultTypes: ['violations'],
}

/**
 * What axe-core has against the page as it stands. It comes in over the protocol of the browser, which the page's own
 * Content-Security-Policy does not bind.
 */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(SOURCE)
  const { violations } = await page.evaluate<AxeResults, RunOptions>(runAxe, OPTIONS)
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 5).map(({ target, html, any, all, none }) => {
      const why = [...any, ...all, ...none].map(({ message }) => message).join('; ')
      return `${id}: ${target.join(' ')} ${html.slice(0, 160)} (${why.slice(0, 240)})`
    }),
  )
}
