/** Milliseconds for the whole answer. */
const TIMEOUT_MS = 5_000
/** The largest set of keys, and the largest discovery document, are a tenth of it. */
const ANSWER_MAX = 512 * 1024

/**
 * Asks an issuer that the operator has named, by the `fetch` of the runtime: whole, within bounds, without redirects.
 *
 * @throws Error where there is no answer in time, or none within the bounds.
 */
export async function askIssuer(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
  const { status, headers } = response
  const body = await readWhole(response)
  return new Response(status === 204 || status === 304 ? null : body, { status, headers })
}

async function readWhole({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let length = 0
  // Not `for await`: the streams of Workers are not iterable in all types
  const reader = body?.getReader()
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    length += next.value.length
    if (length > ANSWER_MAX) {
      await reader?.cancel()
      throw new Error(`the answer is longer than ${ANSWER_MAX} bytes`)
    }
    parts.push(next.value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
