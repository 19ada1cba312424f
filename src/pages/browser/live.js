// @ts-check
/**
 * Keeps a page current that follows something while it runs: replaces its contents, and keeps the focus, what is
 * unfolded and the place on the page. Screen readers say what has changed, not too often.
 */
import { offerCopies, showTimes } from './site.js'

/** The polite summary is said at most so often. */
const SAID_EVERY_MS = 5_000
export const FIRST_PAUSE_MS = 1_000
export const LONGEST_PAUSE_MS = 30_000

export const gone = new AbortController()
addEventListener('pagehide', () => gone.abort())
// A page that comes back from the history has been left, and would stand still.
addEventListener('pageshow', (event) => event.persisted && location.reload())

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Somebody has asked for less to be sent, or a server has too much to do.
 *
 * @param {Response} response
 * @param {number} pauseMs
 */
export const waitOf = (response, pauseMs) =>
  Math.max(pauseMs, 1000 * (Number(response.headers.get('retry-after')) || 0))

/** @param {string} text */
export function tellState(text) {
  const state = document.getElementById('live-state')
  if (state !== null && state.textContent !== text) {
    state.textContent = text
  }
}

let saidAt = Date.now() - SAID_EVERY_MS + FIRST_PAUSE_MS
let toSay = ''
let sayTimer = 0
/** Says the last of what there was to say, not too often. @param {string} text @param {boolean} [now] */
export function say(text, now = false) {
  toSay = text
  clearTimeout(sayTimer)
  sayTimer = setTimeout(
    () => {
      const said = document.getElementById('said')
      if (said !== null && said.textContent !== toSay) {
        saidAt = Date.now()
        said.textContent = toSay
      }
    },
    now ? 0 : Math.max(0, saidAt + SAID_EVERY_MS - Date.now()),
  )
}

/**
 * Takes over the contents of the page as it is now.
 *
 * @param {string} html
 * @returns {boolean} whether it goes on being live.
 */
function replace(html) {
  const next = new DOMParser().parseFromString(html, 'text/html')
  const from = next.getElementById('live')
  const into = document.getElementById('live')
  if (from === null || into === null) {
    location.reload()
    return false
  }
  const focused = into.contains(document.activeElement) ? (document.activeElement?.id ?? '') : null
  const open = new Set([...into.querySelectorAll('details[id][open]')].map(({ id }) => id))
  const [x, y] = [scrollX, scrollY]
  into.replaceChildren(...from.childNodes)
  for (const { name } of [...into.attributes]) {
    if (name.startsWith('data-') && !from.hasAttribute(name)) {
      into.removeAttribute(name)
    }
  }
  into.setAttribute('data-said', from.getAttribute('data-said') ?? '')
  for (const each of into.querySelectorAll('details[id]')) {
    each.toggleAttribute('open', each.hasAttribute('open') || open.has(each.id))
  }
  showTimes(into)
  offerCopies(into)
  document.title = next.title
  scrollTo(x, y)
  if (focused !== null) {
    const target = (focused === '' ? null : document.getElementById(focused)) ?? into
    if (target === into) {
      into.tabIndex = -1
    }
    target.focus({ preventScroll: true })
  }
  return isLive(from)
}

/** @param {Element} of */
const isLive = (of) => of.hasAttribute('data-events') || of.hasAttribute('data-polled')

/** Nothing more will come: says why, and what to do. @param {number} status */
export function stop(status) {
  const why =
    status === 401 || status === 0
      ? 'Updates have stopped: you are no longer logged in.'
      : status === 403
        ? 'Updates have stopped: your token does not allow them.'
        : 'Updates have stopped: this is not there any more.'
  tellState(why)
  say(why, true)
}

/**
 * Fetches this page as it is now, and shows it.
 *
 * @param {number} pauseMs before it is tried again
 * @returns {Promise<'ended' | 'live' | 'stopped'>}
 */
export async function lookAgain(pauseMs = FIRST_PAUSE_MS) {
  for (;;) {
    try {
      const response = await fetch(location.href, {
        headers: { accept: 'text/html' },
        redirect: 'manual',
        signal: gone.signal,
      })
      if (response.ok) {
        return replace(await response.text()) ? 'live' : 'ended'
      }
      if (response.status !== 429 && response.status < 500) {
        stop(response.status)
        return 'stopped'
      }
      pauseMs = waitOf(response, pauseMs)
    } catch {
      if (gone.signal.aborted) {
        return 'stopped'
      }
    }
    tellState('The server does not answer; trying again.')
    await pause(pauseMs)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

export function tellEnd() {
  tellState('Ended.')
  say(document.getElementById('live')?.dataset.said ?? '', true)
}
