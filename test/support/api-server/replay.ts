/**
 * Replay: a recorded exchange is answered as it was, whatever the live objects say.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Exchange, writeAll } from './exchange.ts'
import { type Recording, readRecording } from './recordings.ts'

/** Headers of the connection, which are its own and no part of the answer. */
const OF_THE_CONNECTION = new Set(['connection', 'transfer-encoding', 'content-length', 'date'])

export type Replays = ReturnType<typeof createReplays>

export function createReplays() {
  let chosen: Recording[] = []
  return {
    /** From now on, what was asked in these recordings is answered by them; the last named comes first. */
    replay(...names: string[]): void {
      chosen = [...names.map(readRecording).reverse(), ...chosen]
    },
    stop(): void {
      chosen = []
    },
    /** Finds the recording of this question: method, path, and the credentials and `Accept` that it had. */
    find(method: string, path: string, headers: Record<string, unknown>): Recording | null {
      const isAsked = ({ request }: Recording) => request.method === method && request.path === path
      const isSame = ({ request }: Recording) =>
        ['authorization', 'accept'].every((name) => request.headers?.[name] === headers[name])
      const asked = chosen.filter(isAsked)
      return asked.find(isSame) ?? asked[0] ?? null
    },
  }
}

/** @param pace 1 is as slow as it was, 0 at once. */
export async function replay(
  exchange: Exchange,
  { response: recorded, error }: Recording,
  pace: number,
): Promise<void> {
  const { response, seen } = exchange
  if (!recorded) {
    await delay((error?.afterMs ?? 0) * pace)
    exchange.breakConnection('close')
    return
  }
  await delay((recorded.afterMs ?? 0) * pace)
  seen.status = recorded.status
  response.on('error', () => undefined)
  const headers = Object.entries(recorded.headers).filter(([name]) => !OF_THE_CONNECTION.has(name))
  response.writeHead(recorded.status, Object.fromEntries(headers))
  if (!recorded.lines) {
    const body = bodyOf(recorded)
    seen.bytes += body.length
    response.end(body)
    return
  }
  response.flushHeaders()
  let atMs = 0
  for (const { afterMs, line } of recorded.lines) {
    await delay((afterMs - atMs) * pace)
    atMs = afterMs
    const text = `${JSON.stringify(line)}\n`
    seen.bytes += Buffer.byteLength(text)
    await writeAll(response, text)
  }
  await delay(((recorded.endedAfterMs ?? atMs) - atMs) * pace)
  response.end()
}

const bodyOf = ({ body, bodyText, bodyBase64 }: NonNullable<Recording['response']>): Buffer =>
  bodyBase64 === undefined ? Buffer.from(bodyText ?? JSON.stringify(body)) : Buffer.from(bodyBase64, 'base64')
