// @ts-check
/**
 * Keeps a job, a batch or a comparison current while it runs. A job tells what happens by server-sent events, which go
 * on where they were cut; others are looked at again and again.
 */
import {
  FIRST_PAUSE_MS,
  gone,
  LONGEST_PAUSE_MS,
  lookAgain,
  pause,
  say,
  stop,
  tellEnd,
  tellState,
  waitOf,
} from './live.js'

/** The server tells every 15 s that it is there. */
const SILENT_MS = 45_000

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

const live = document.getElementById('live')
if (live?.dataset.events) {
  void follow(live.dataset.events)
} else if (live?.dataset.polled !== undefined) {
  void poll()
}
