/**
 * Secrets in checks: taken out before anything is stored, sealed while the job needs them, erased when it ends,
 * and blotted out of the evidence that comes back.
 *
 * @module
 */
import type { Check } from '../check/check.ts'
import type { Result } from '../check/result.ts'
import type { Plan } from '../plan/path.ts'
import type { JobProblem } from './job.ts'

/** Seals and opens text. AES-256-GCM; what was sealed by another key cannot be opened. */
export type SecretBox = {
  seal(text: string): Promise<string>
  /** `null`: not sealed by this key, or damaged. */
  open(sealed: string): Promise<string | null>
}

/** @param key 32 bytes. */
export async function createSecretBox(key: Uint8Array<ArrayBuffer>): Promise<SecretBox> {
  const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
  return {
    async seal(text) {
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const data = new Uint8Array(
        await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, aes, new TextEncoder().encode(text)),
      )
      return `${toBase64(iv)}.${toBase64(data)}`
    },
    async open(sealed) {
      const [iv, data] = sealed.split('.')
      if (iv === undefined || data === undefined) return null
      try {
        const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: fromBase64(iv) }, aes, fromBase64(data))
        return new TextDecoder().decode(plain)
      } catch (error) {
        if (error instanceof DOMException) return null
        throw error
      }
    },
  }
}

/** Arguments of one call: engines take some ten thousand. */
const ARGUMENTS_MAX = 8192

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let from = 0; from < bytes.length; from += ARGUMENTS_MAX) {
    text += String.fromCharCode(...bytes.subarray(from, from + ARGUMENTS_MAX))
  }
  return btoa(text)
}

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))

type Field = { read(check: Check): unknown; write(check: Check, value: unknown): Check }

/** THE table of secret-bearing fields of checks. A new field that may carry a secret is added here, and nowhere else. */
const SECRET_FIELDS: Readonly<Record<string, Field>> = {
  headers: {
    read: (check) => (check.type === 'http' && Object.keys(check.headers).length > 0 ? check.headers : undefined),
    write: (check, value) => (check.type === 'http' ? { ...check, headers: value as typeof check.headers } : check),
  },
  body: {
    read: (check) => (check.type === 'http' && check.body !== null ? check.body : undefined),
    write: (check, value) => (check.type === 'http' ? { ...check, body: value as string } : check),
  },
  queryResponse: {
    read: (check) => (check.type === 'tcp' && check.queryResponse.length > 0 ? check.queryResponse : undefined),
    write: (check, value) =>
      check.type === 'tcp' ? { ...check, queryResponse: value as typeof check.queryResponse } : check,
  },
}

const BLANKS: Readonly<Record<string, unknown>> = { headers: {}, body: null, queryResponse: [] }

type Secrets = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** Takes the secrets out of the checks, by check name. `secrets` is `null` when there were none. */
export function withoutSecrets(checks: readonly Check[]): { checks: Check[]; secrets: Secrets | null } {
  const secrets: Record<string, Record<string, unknown>> = {}
  const bare = checks.map((check) => {
    let out = check
    for (const [name, field] of Object.entries(SECRET_FIELDS)) {
      const value = field.read(check)
      if (value === undefined) continue
      secrets[check.name] = { ...secrets[check.name], [name]: value }
      out = field.write(out, BLANKS[name])
    }
    return out
  })
  return { checks: bare, secrets: Object.keys(secrets).length > 0 ? secrets : null }
}

/** Which fields of which check {@link withoutSecrets} took out: all that may be shown of them. */
export const hiddenFields = (secrets: Secrets | null): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(secrets ?? {}).map(([check, fields]) => [check, Object.keys(fields)]))

/** Puts them back. */
export const withSecrets = (checks: readonly Check[], secrets: Secrets | null): Check[] =>
  checks.map((check) =>
    Object.entries(secrets?.[check.name] ?? {}).reduce<Check>(
      (out, [name, value]) => SECRET_FIELDS[name]?.write(out, value) ?? out,
      check,
    ),
  )

/** The same over every path of a plan: check names are unique in a job, so one map serves them all. */
export const planWithoutSecrets = (plan: Plan): Plan => mapChecks(plan, (checks) => withoutSecrets(checks).checks)
export const planWithSecrets = (plan: Plan, secrets: Secrets | null): Plan =>
  mapChecks(plan, (checks) => withSecrets(checks, secrets))

const mapChecks = (plan: Plan, change: (checks: readonly Check[]) => Check[]): Plan => ({
  ...plan,
  paths: plan.paths.map((path) => ({ ...path, checks: change(path.checks) })),
})

export async function sealSecrets(box: SecretBox, secrets: Secrets | null): Promise<string | null> {
  return secrets === null ? null : box.seal(JSON.stringify(secrets))
}

/** `undefined`: sealed by another key. */
export async function openSecrets(box: SecretBox, sealed: string | null): Promise<Secrets | null | undefined> {
  if (sealed === null) return null
  const text = await box.open(sealed)
  return text === null ? undefined : (JSON.parse(text) as Secrets)
}

/** What {@link openSecrets} could not open ends what needs it. */
export const SECRETS_UNREADABLE: JobProblem = {
  code: 'secrets_unreadable',
  title: 'The secrets of its checks cannot be read',
  detail:
    'They were sealed by another key. Restore PORTOLAN_SECRET_KEY, or the key file beside the database, and post the job again.',
  status: 500,
}

const BLOT = '[redacted]'

/** Header names whose values are no secrets: blotting `text/plain` out of every answer would hide evidence. */
const PLAIN_HEADERS = new Set(['accept', 'accept-encoding', 'accept-language', 'content-type', 'user-agent', 'host'])

/**
 * Every secret text of the checks that a peer could send back to us, as it was sent or as peers write it: at least 6
 * characters, longest first.
 */
export function secretTexts(checks: readonly Check[]): string[] {
  const texts = checks.flatMap((check) => {
    if (check.type === 'tcp') return check.queryResponse.flatMap(({ send }) => (send === null ? [] : wordsOf(send)))
    if (check.type !== 'http') return []
    const headers = Object.entries(check.headers).filter(([name]) => !PLAIN_HEADERS.has(name.toLowerCase()))
    return [...headers.flatMap(([, value]) => headerTexts(value)), ...(check.body === null ? [] : wordsOf(check.body))]
  })
  const written = texts.flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text.toWellFormed()),
  ])
  return [...new Set(written)].filter((text) => text.length >= 6).sort((a, b) => b.length - a.length)
}

/** Names of ways to authenticate, which peers name when they ask for them. */
const SCHEME = /^(basic|bearer|digest|negotiate|token)$/i

/** The value, its parts, and what `Basic` credentials say in plain text. */
function headerTexts(value: string): string[] {
  const basic = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(value)?.[1]
  const plain = basic === undefined ? '' : latin1OfBase64(basic)
  const parts = value.split(/[\s;,]+/).filter((part) => !SCHEME.test(part))
  return [value, ...parts, plain, plain.slice(plain.indexOf(':') + 1)]
}

function latin1OfBase64(text: string): string {
  try {
    return atob(text)
  } catch (error) {
    if (error instanceof DOMException) return ''
    throw error
  }
}

/** A text that is sent, and the long words in it, which a peer that takes it apart may say back one by one. */
const wordsOf = (text: string): string[] => [
  text,
  text.trim(),
  ...text.split(/[\s&;,="'{}[\]]+/).filter((word) => word.length >= 8),
]

/** Blots the texts out of what the peer sent. */
export function redactResult(result: Result, texts: readonly string[]): Result {
  if (texts.length === 0) return result
  const clean = (text: string): string => texts.reduce((out, secret) => out.replaceAll(secret, BLOT), text)
  // What is left of a secret where a text was cut off.
  const cleanEnd = (text: string): string => {
    const cut = Math.max(0, ...texts.map((secret) => beginsAtEnd(secret, text)))
    return cut === 0 ? clean(text) : clean(text.slice(0, -cut)) + BLOT
  }
  const cleanQuote = (quote: string | null): string | null =>
    quote?.endsWith('…') ? `${cleanEnd(quote.slice(0, -1))}…` : quote && clean(quote)
  const http = result.http && {
    ...result.http,
    headers: Object.fromEntries(Object.entries(result.http.headers).map(([name, value]) => [name, clean(value)])),
    location: result.http.location === null ? null : clean(result.http.location),
    bodySnippet: (isCut(result.http) ? cleanEnd : clean)(result.http.bodySnippet),
  }
  return {
    ...result,
    http,
    responder: result.responder === null ? null : clean(result.responder),
    ...(result.malformed && { malformed: { ...result.malformed, quote: cleanQuote(result.malformed.quote) } }),
    failure: result.failure && { ...result.failure, message: clean(result.failure.message) },
  }
}

/** Shorter beginnings of a secret say too little to hide what may be anything. */
const BEGINNING_LEAST = 4

const isCut = ({ bodyBytes, bodySnippet }: NonNullable<Result['http']>): boolean =>
  bodyBytes > new TextEncoder().encode(bodySnippet).length

/** How many characters at the end of a text are the beginning of a secret. */
function beginsAtEnd(secret: string, text: string): number {
  for (let length = Math.min(secret.length - 1, text.length); length >= BEGINNING_LEAST; length--) {
    if (text.endsWith(secret.slice(0, length))) return length
  }
  return 0
}
