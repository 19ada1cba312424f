/**
 * How Flagger calls a webhook, and what it makes of the answer, as its code has it: `CallWebhook` and `callWebhook` of
 * fluxcd/flagger v1.36.1 pkg/controller/webhook.go, over `Do`, `baseRetryPolicy` and `DefaultBackoff` of
 * hashicorp/go-retryablehttp v0.7.5. `test/gates` asks the packages themselves the same.
 *
 * @module
 */
export type Canary = { name: string; namespace: string; checksum: string }

/** As in `spec.analysis.webhooks` of a Canary. */
export type CanaryWebhook = {
  url: string
  type?: string
  timeout?: string
  retries?: number
  metadata?: Readonly<Record<string, string>>
}

export type Called = {
  /** What goes into the event; `null`: Flagger goes on. */
  error: string | null
  /** Each request with the seconds that were waited after it. */
  attempts: { status: number | 'timeout'; waitedS: number | null }[]
}

/** @param sleep waits between the attempts. */
export async function callWebhook(
  canary: Canary,
  phase: string,
  { url, timeout = '10s', retries = 0, metadata }: CanaryWebhook,
  sleep: (seconds: number) => Promise<void> = () => Promise.resolve(),
): Promise<Called> {
  const { username, password, ...target } = splitUser(url)
  const body = JSON.stringify({ ...canary, phase, ...(metadata && { metadata }) })
  const attempts: Called['attempts'] = []
  for (let attempt = 0; ; attempt++) {
    const response = await once(target.url, body, username === '' ? null : btoa(`${username}:${password}`), timeout)
    const { status } = response
    const isRetried = status === 'timeout' || status === 429 || (status >= 500 && status !== 501)
    if (!isRetried) {
      attempts.push({ status, waitedS: null })
      return { error: status > 202 ? response.text : null, attempts }
    }
    if (attempt >= retries) {
      attempts.push({ status, waitedS: null })
      // With user and password: hidden from v0.7.7 on
      return { error: `POST ${url} giving up after ${attempts.length} attempt(s)`, attempts }
    }
    const told = status === 429 || status === 503 ? response.retryAfter : null
    const waitedS = told ?? Math.min(2 ** attempt, 30)
    attempts.push({ status, waitedS })
    await sleep(waitedS)
  }
}

/** net/http sends user and password of a URL as Basic. */
function splitUser(given: string) {
  const url = new URL(given)
  const { username, password } = url
  url.username = ''
  url.password = ''
  return { url, username: decodeURIComponent(username), password: decodeURIComponent(password) }
}

async function once(url: URL, body: string, basic: string | null, timeout: string) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...(basic !== null && { authorization: `Basic ${basic}` }) },
      signal: AbortSignal.timeout(millisecondsOf(timeout)),
    })
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    const retryAfter = Number.isInteger(seconds) ? seconds : null
    return { status: response.status, text: await response.text(), retryAfter }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      return { status: 'timeout', text: '', retryAfter: null } as const
    }
    throw error
  }
}

/** Of `time.ParseDuration`, what webhooks use. */
function millisecondsOf(duration: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(duration) ?? []
  const scale = { ms: 1, s: 1000, m: 60_000 }[unit]
  if (number === undefined || scale === undefined) {
    throw new Error(`time: invalid duration "${duration}"`)
  }
  return Number(number) * scale
}

/** What a hook that fails does to the canary: scheduler.go and scheduler_hooks.go of pkg/controller. */
export const ON_FAILURE: Readonly<Record<string, 'waits' | 'counts' | 'is told' | 'goes on'>> = {
  'confirm-rollout': 'waits',
  'confirm-traffic-increase': 'waits',
  'confirm-promotion': 'waits',
  'pre-rollout': 'counts',
  rollout: 'counts',
  'post-rollout': 'is told',
  event: 'is told',
  // An answer up to 202 rolls back
  rollback: 'goes on',
}
