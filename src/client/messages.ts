/** Reads a stream of server-sent events (HTML, 9.2.6). */
import { PortolanUnreachable } from './errors.ts'
import type { ClientClock } from './options.ts'

/** `id`: `null` where the message has none of its own. */
export type Message = { event: string; id: string | null; data: string }

/** The server says something every 15 s, if only a comment: a connection that is silent for longer is none any more. */
const MOST_SILENCE_MS = 45_000

/** @throws PortolanUnreachable where the stream breaks off */
export async function* messagesOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  clock: ClientClock,
): AsyncGenerator<Message, void, undefined> {
  let [event, id, data] = ['', null as string | null, [] as string[]]
  for await (const line of linesOf(body, clock)) {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (line === '') {
      if (data.length > 0) {
        yield { event: event || 'message', id, data: data.join('\n') }
      }
      ;[event, id, data] = ['', null, []]
    } else if (field === 'event') {
      event = value
    } else if (field === 'data') {
      data.push(value)
    } else if (field === 'id' && !value.includes('\0')) {
      id = value
    }
  }
}

/** Yields whole lines. Text after the last line end is dropped, as a stream that breaks off leaves half a line. */
async function* linesOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  clock: ClientClock,
): AsyncGenerator<string, void, undefined> {
  if (body === null) {
    return
  }
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await read(reader, clock)
      if (done) {
        return
      }
      rest += decoder.decode(value, { stream: true })
      // A `\r` at the end may be half of a `\r\n`.
      const lines = rest.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      yield* lines
    }
  } finally {
    // Whoever has seen enough keeps no connection open.
    await reader.cancel().catch(() => undefined)
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>, clock: ClientClock) {
  const over = new AbortController()
  const silence = clock.sleep(MOST_SILENCE_MS, over.signal).then(() => null)
  try {
    const found = await Promise.race([reader.read(), silence])
    if (found !== null) {
      return found
    }
  } catch (error) {
    throw new PortolanUnreachable('network', 'The stream of events broke off.', error)
  } finally {
    over.abort()
  }
  throw new PortolanUnreachable('timeout', `The stream of events was silent for ${MOST_SILENCE_MS / 1000} s.`)
}
