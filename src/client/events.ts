/** Follows a job by its server-sent events, over as many connections as it takes. */
import { type AnyOptions, sendingOf } from './call.ts'
import { PortolanUnexpectedAnswer, PortolanUnreachable } from './errors.ts'
import { type Message, messagesOf } from './messages.ts'
import { OPERATIONS } from './operations.ts'
import type { Settings } from './options.ts'
import { essenceOf, jsonOf, unexpected } from './refusal.ts'
import type { JobPath } from './schema.ts'
import { either, send } from './send.ts'
import type { JobEvent } from './types.ts'

/** Connections in a row that bring nothing, after which the server is taken to be gone. */
const MOST_FAILURES = 6
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

/** Tells everything once: what a new connection tells again is left out. */
export async function* followJob(
  settings: Settings,
  jobId: string,
  options: AnyOptions,
): AsyncGenerator<JobEvent, void, undefined> {
  const signal = either(settings.signal, options.signal ?? null) ?? undefined
  const outcomes = new Map<string, string>()
  let lastEventId = typeof options.lastEventId === 'string' ? options.lastEventId : undefined
  let pauseMs = FIRST_PAUSE_MS
  for (let failures = 0; ; ) {
    try {
      const response = await connect(settings, jobId, { ...options, lastEventId })
      if (response.status === 204) {
        return
      }
      for await (const message of messagesOf(response.body, settings.clock)) {
        failures = 0
        pauseMs = FIRST_PAUSE_MS
        lastEventId = message.id ?? lastEventId
        const told = eventOf(message, outcomes)
        if (told !== null) {
          yield told
        }
        if (told?.event === 'done') {
          return
        }
      }
    } catch (error) {
      signal?.throwIfAborted()
      failures += 1
      if (!(error instanceof PortolanUnreachable) || failures > MOST_FAILURES) {
        throw error
      }
    }
    // A server may end a stream before the job has ended: the next goes on.
    await settings.clock.sleep(pauseMs, signal)
    signal?.throwIfAborted()
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

function connect(settings: Settings, jobId: string, options: AnyOptions): Promise<Response> {
  const { sending } = sendingOf(settings, OPERATIONS.streamJobEvents, [jobId, options])
  return send(settings, sending, async (response, asked) => {
    if (response.status !== 204 && essenceOf(response) !== 'text/event-stream') {
      throw unexpected(response, asked)
    }
    return response
  })
}

/** `null`: it is of a kind that this client does not know, or was told before. */
function eventOf({ event, id, data }: Message, outcomes: Map<string, string>): JobEvent | null {
  if (event === 'result' || event === 'done') {
    return { event, id: id ?? '', data: documentOf(data) } as JobEvent
  }
  if (event !== 'path') {
    return null
  }
  const path = documentOf<JobPath>(data)
  const outcome = String(path.outcome)
  if (outcomes.get(path.id) === outcome) {
    return null
  }
  outcomes.set(path.id, outcome)
  return { event, id: null, data: path }
}

function documentOf<T = unknown>(data: string): T {
  const found = jsonOf(data)
  if (found === null) {
    const message = 'The stream of events holds what is no document of JSON, which Portolan does not send.'
    throw new PortolanUnexpectedAnswer(message, 200, 'text/event-stream')
  }
  return found as T
}
