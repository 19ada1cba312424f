/**
 * What somebody who is on call wants to know, found as they find it: from `/`, by what things are called and what they
 * are, in at most four clicks. What the page says is compared with the API's answer. The faults are picked by a seed,
 * which is printed; `BROWSER_SEED` repeats them.
 *
 * @module
 */
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServiceHistory } from '../../src/client/schema.ts'
import { ALL, logIn, openTab, startChromium, type Tab } from './chromium.ts'
import { type Broken, FAULTS, type FaultsWorld, pickFaults, startFaultsWorld } from './worlds/faults.ts'
import { ADMIN } from './worlds/world.ts'

const MOST_CLICKS = 4
const seed = Number(process.env.BROWSER_SEED ?? Date.now() % 1_000_000)
const picked = ALL ? Object.keys(FAULTS) : pickFaults(5, seed)

let browser: Browser
let world: FaultsWorld
let tab: Tab
beforeAll(async () => {
  console.log(`BROWSER_SEED=${seed}: ${picked.join('; ')}`)
  ;[browser, world] = await Promise.all([startChromium(), startFaultsWorld(picked)])
  tab = await openTab(browser, world.url)
  await logIn(tab, ADMIN)
})
afterAll(async () => {
  await browser.close()
  await world.close()
})

/** Begins at `/`, and counts. */
async function begin() {
  await tab.page.goto('/')
  let clicks = 0
  return {
    async click(it: Locator): Promise<void> {
      clicks++
      expect(clicks).toBeLessThanOrEqual(MOST_CLICKS)
      await it.click()
    },
  }
}

/** Goes to the Service, and gives what stands there in short. */
async function inShort({ namespace, service }: Broken): Promise<Locator> {
  const { click } = await begin()
  await click(tab.page.getByRole('main').getByRole('link', { name: `${namespace}/${service}`, exact: true }))
  return tab.page.getByRole('region', { name: 'In short' })
}

/** What is said of a term. */
const saidOf = async (region: Locator, term: RegExp): Promise<string> =>
  (
    await region
      .getByRole('definition')
      .nth(await positionOf(region, term))
      .innerText()
  ).trim()

async function positionOf(region: Locator, term: RegExp): Promise<number> {
  const terms = await region.getByRole('term').allInnerTexts()
  const at = terms.findIndex((text) => term.test(text))
  expect([terms, at >= 0]).toEqual([terms, true])
  return at
}

const apiOf = ({ namespace, service }: Broken) => world.ask<ServiceHistory>(`/v1/services/${namespace}/${service}`)

describe.each(picked.map((fault, at) => ({ fault, at })))('$fault', ({ fault, at }) => {
  const broken = (): Broken => {
    const found = world.broken[at]
    if (found === undefined) {
      throw new Error(`no Service has the fault: ${fault}`)
    }
    return found
  }

  it('why is it red', async () => {
    const [finding] = (await apiOf(broken())).diagnosis?.findings ?? []
    expect(await saidOf(await inShort(broken()), /^why$/i)).toContain(finding?.title)
  })

  it('since when', async () => {
    const { sinceAt } = await apiOf(broken())
    const [since] = await (await inShort(broken())).getByRole('time').all()
    expect(await since?.getAttribute('datetime')).toBe(sinceAt)
  })

  it('is it one node or all', async () => {
    const { paths } = await apiOf(broken())
    const nodesOf = (state: 'fail' | null) =>
      new Set(
        paths
          .filter((path) => path.state !== null && (state ?? path.state) === path.state)
          .flatMap(({ node }) => node ?? []),
      )
    const [failing, all] = [nodesOf('fail'), nodesOf(null)]
    const said = await (await inShort(broken())).innerText()
    const told = /(?:of|all) (\d+) nodes/.exec(said)?.[1]
    if (failing.size === 0) {
      expect(said).toContain(`none of one node, and all ${all.size} nodes pass`)
    } else if (failing.size === all.size) {
      expect(said).toContain(`on all ${all.size} nodes`)
    } else {
      expect([[...failing].every((name) => said.includes(name)), told ?? '1']).toEqual([
        true,
        String(told ?? failing.size),
      ])
      expect(said).toMatch(/the other( \d+)? nodes? pass(es)?/)
    }
  })

  it('what must I change', async () => {
    const [finding] = (await apiOf(broken())).diagnosis?.findings ?? []
    const region = await inShort(broken())
    expect((await saidOf(region, /^what to change$/i)).replaceAll(/\s+/g, ' ')).toBe(
      finding?.fix.replaceAll(/\s+/g, ' ').trim(),
    )
  })

  it('is it fixed: not yet, and then it is', async () => {
    expect(await saidOf(await inShort(broken()), /^is it fixed$/i)).toMatch(/^No: /)
    await broken().mend()
    const { state, sinceAt } = await apiOf(broken())
    const region = await inShort(broken())
    expect([state, (await region.innerText()).trim().split('\n')[0]]).toEqual(['pass', expect.stringMatching(/Passes/)])
    const [since] = await region.getByRole('time').all()
    expect(await since?.getAttribute('datetime')).toBe(sinceAt)
  })
})

it('nothing went wrong meanwhile', () => {
  expect(tab.watch.taken()).toEqual([])
})
