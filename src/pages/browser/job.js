// @ts-check
/**
 * Keeps a job, a batch or a comparison current while it runs. A job tells what happens by server-sent events, which go
 * on where they were cut; others are looked at again and again. At the end the contents of the page are replaced, and
 * the focus, what is unfolded and the place on the page stay.
 */
import { offerCopies, showTimes } from './site.js'

/** The polite summary is said at most so often. */
const SAID_EVERY_MS = 5_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** The server tells every 15 s that it is there. */
const SILENT_MS = 45_000

const live = document.getElementById('live')
const gone = new AbortController()
addEventListener('pagehide', () => gone.abort())
// A page that comes back from the history has been left, and would stand still.
addEventListener('pageshow', (event) => event.persisted && location.reload())

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Somebody has asked for less to be sent, or a server has too much to do.
 *
 * @param {Response} response
 * @param {number} pauseMs
 */
const waitOf = (response, pauseMs) => Math.max(pauseMs, 1000 * (Number(response.headers.get('retry-after')) || 0))

/** @param {string} text */
function tellState(text) {
  const state = document.getElementById('live-state')
  if (state !== null && state.textContent !== text) {
    state.textContent = text
  }
}

let saidAt = Date.now() - SAID_EVERY_MS + FIRST_PAUSE_MS
let toSay = ''
let sayTimer = 0
/** Says the last of what there was to say, not too often. @param {string} text @param {boolean} [now] */
function say(text, now = false) {
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
function stop(status) {
  const why =
    status === 401 || status === 0
      ? 'Updates have stopped: you are not logged in any more.'
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
async function lookAgain(pauseMs = FIRST_PAUSE_MS) {
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

function tellEnd() {
  tellState('Ended.')
  say(document.getElementById('live')?.dataset.said ?? '', true)
}

/** @typedef {{ id: string | null, event: string, data: string }} Message */

/**
 * The messages of a stream (HTML, server-sent events). Comments are no messages, and tell that the server is there.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
 * @param {() => void} heard
 * @returns {AsyncGenerator<Message>}
 */
async function* messagesOf(body, heard) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) {
      return
    }
    heard()
    text += value
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      /** @type {Message} */
      const message = { id: null, event: 'message', data: '' }
      for (const line of text.slice(0, end).split('\n')) {
        const [name = '', ...rest] = line.split(':')
        const field = rest.join(':').replace(/^ /, '')
        if (name === 'id' || name === 'event') {
          message[name] = field
        } else if (name === 'data') {
          message.data += field
        }
      }
      text = text.slice(end + 2)
      if (message.data !== '') {
        yield message
      }
    }
  }
}

/** What is known of each path: tries, failures, and what the last try was. */
/** @type {Map<string, { tries: number, failed: number, last: string, outcome: string | null }>} */
const paths = new Map()

/** @param {string} id */
function pathOf(id) {
  const known = paths.get(id) ?? { tries: 0, failed: 0, last: '–', outcome: null }
  paths.set(id, known)
  return known
}

/** A path that has no row comes with the next look. @param {string} id @returns {boolean} */
function showPath(id) {
  const row = document.getElementById(id)
  if (row === null) {
    return false
  }
  const { tries, last, outcome } = pathOf(id)
  /** @param {string} of */
  const cell = (of) => row.querySelector(`[data-of="${of}"]`)
  const template = document.getElementById(`state-${outcome ?? 'waiting'}`)
  if (template instanceof HTMLTemplateElement) {
    cell('outcome')?.replaceChildren(template.content.cloneNode(true))
  }
  for (const [of, text] of /** @type {const} */ ([
    ['tries', String(tries)],
    ['last', last],
  ])) {
    const at = cell(of)
    if (at !== null) {
      at.textContent = text
    }
  }
  return true
}

function showProgress() {
  const all = [...paths.values()]
  const decided = all.filter(({ outcome }) => outcome !== null).length
  const tries = all.reduce((sum, each) => sum + each.tries, 0)
  const failed = all.reduce((sum, each) => sum + each.failed, 0)
  const words = `${decided} of ${all.length} paths decided, ${tries} tries made, ${failed} failed.`
  const bar = document.querySelector('#progress progress')
  if (bar instanceof HTMLProgressElement) {
    bar.max = Math.max(1, all.length)
    bar.value = decided
  }
  const at = document.getElementById('progress-words')
  if (at !== null) {
    at.textContent = words
  }
  say(words)
}

/** @param {Message} message @returns {'ended' | 'unknown' | null} */
function take({ event, data }) {
  if (event === 'done') {
    return 'ended'
  }
  const told = JSON.parse(data)
  const id = event === 'path' ? told.id : told.path
  const known = pathOf(id)
  if (event === 'path') {
    known.outcome = told.outcome
  } else if (event === 'result' && told.purpose === 'check') {
    known.tries += 1
    known.failed += told.outcome === 'fail' ? 1 : 0
    known.last = told.failure?.code ?? told.outcome
  }
  const shown = showPath(id)
  showProgress()
  return shown ? null : 'unknown'
}

/** Follows the events of a job, over as many connections as it takes. @param {string} url */
async function follow(url) {
  let lastId = ''
  let pauseMs = FIRST_PAUSE_MS
  /** A look is under way, for paths that have no row yet. */
  let looking = false
  const lookSoon = async () => {
    if (looking) {
      return
    }
    looking = true
    await pause(300)
    await lookAgain()
    looking = false
    for (const id of paths.keys()) {
      showPath(id)
    }
    showProgress()
  }
  for (;;) {
    const silent = new AbortController()
    let timer = 0
    const heard = () => {
      clearTimeout(timer)
      timer = setTimeout(() => silent.abort(), SILENT_MS)
    }
    heard()
    try {
      const response = await fetch(url, {
        headers: { accept: 'text/event-stream', ...(lastId !== '' && { 'last-event-id': lastId }) },
        signal: AbortSignal.any([gone.signal, silent.signal]),
      })
      if (response.status === 204) {
        break
      }
      if (!response.ok && response.status !== 429 && response.status < 500) {
        return stop(response.status)
      }
      if (response.ok && response.body !== null) {
        tellState('Live.')
        let ended = false
        for await (const message of messagesOf(response.body, heard)) {
          pauseMs = FIRST_PAUSE_MS
          lastId = message.id ?? lastId
          const news = take(message)
          if (news === 'unknown') {
            void lookSoon()
          }
          if (news === 'ended') {
            ended = true
            break
          }
        }
        if (ended) {
          break
        }
      }
      pauseMs = waitOf(response, pauseMs)
    } catch {
      if (gone.signal.aborted) {
        return
      }
    } finally {
      clearTimeout(timer)
    }
    tellState('The connection was lost; trying again.')
    await pause(pauseMs * (0.75 + Math.random() / 2))
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
  if ((await lookAgain()) === 'ended') {
    tellEnd()
  }
}

/** Looks again and again, the less often the longer nothing changes. */
async function poll() {
  tellState('Live.')
  for (let pauseMs = 2_000; ; pauseMs = Math.min(pauseMs * 1.3, 10_000)) {
    await pause(pauseMs)
    const before = document.getElementById('live')?.dataset.said
    const found = await lookAgain(pauseMs)
    if (found === 'stopped') {
      return
    }
    if (found === 'ended') {
      return tellEnd()
    }
    tellState('Live.')
    const said = document.getElementById('live')?.dataset.said ?? ''
    if (said !== before) {
      pauseMs = 2_000
      say(said)
    }
  }
}

if (live?.dataset.events) {
  void follow(live.dataset.events)
} else if (live?.dataset.polled !== undefined) {
  void poll()
}
