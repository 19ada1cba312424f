/**
 * Secrets of checks (`check/secrets.ts`): sealed while the job needs them, erased when it ends, and blotted out of the
 * evidence that comes back.
 *
 * @module
 */

import { RESPONDER_MAX } from '../check/http.ts'
import { isSecretHeader } from '../check/http-evidence.ts'
import type { Result } from '../check/result.ts'
import type { CheckSecrets } from '../check/secrets.ts'
import type { Check } from '../plan/check.ts'
import type { JobProblem } from '../record/job.ts'
import type { Redactor } from './redact.ts'
import type { SecretBox } from './secret-box.ts'

export async function sealSecrets(box: SecretBox, secrets: CheckSecrets | null): Promise<string | null> {
  return secrets === null ? null : box.seal(JSON.stringify(secrets))
}

/** `undefined`: sealed by another key. */
export async function openSecrets(box: SecretBox, sealed: string | null): Promise<CheckSecrets | null | undefined> {
  if (sealed === null) {
    return null
  }
  const text = await box.open(sealed)
  return text === null ? undefined : (JSON.parse(text) as CheckSecrets)
}

/** Ends a job whose secrets {@link openSecrets} could not open. */
export const SECRETS_UNREADABLE: JobProblem = {
  code: 'secrets_unreadable',
  title: 'The secrets of its checks cannot be read',
  detail:
    'They were sealed by a key that is not here. Give it back in PORTOLAN_SECRET_KEYS, behind the newest, or in the key file beside the database, and post the job again.',
  status: 500,
}

/** Header names whose values are no secrets: blotting `text/plain` out of every answer would hide evidence. */
const PLAIN_HEADERS = new Set(['accept', 'accept-encoding', 'accept-language', 'content-type', 'user-agent', 'host'])

/**
 * Shorter values are not looked for: four characters where a header is there to carry a secret, six elsewhere, eight of
 * a text that is no list of values. Blotting `toad` out of every answer would hide evidence, and save little.
 */
const LEAST = { secretHeader: 4, value: 6, word: 8 } as const

/** Every secret text of the checks that a peer could send back to us, whole and in the parts that peers take it apart into. */
export function secretTexts(checks: readonly Check[]): string[] {
  const texts = checks.flatMap((check) => {
    if (check.type === 'tcp') {
      return check.queryResponse.flatMap(({ send }) => (send === null ? [] : wordsOf(send)))
    }
    if (check.type === 'grpc') {
      return headersTexts(check.metadata)
    }
    if (check.type !== 'http') {
      return []
    }
    return [...headersTexts(check.headers), ...(check.body === null ? [] : bodyTexts(check.body))]
  })
  return [...new Set(texts)]
}

const headersTexts = (headers: Readonly<Record<string, string>>): string[] =>
  Object.entries(headers)
    .filter(([name]) => !PLAIN_HEADERS.has(name.toLowerCase()))
    .flatMap(([name, value]) => headerTexts(name, value))

const atLeast = (length: number) => (text: string) => text.length >= length

/** Names of ways to authenticate, which peers name when they ask for them. */
const SCHEME = /^(basic|bearer|digest|negotiate|ntlm|token|apikey|aws4-hmac-sha256)$/i
/** Parameters of credentials that are no secrets (RFC 7616 3.4; AWS Signature Version 4), and tell what was asked for. */
const OPEN_PARAMETER = /^(username|realm|uri|algorithm|qop|nc|charset|userhash|signedheaders)$/i

/** The value, its parts, and what those of them say in plain text that are base64, as credentials of `Basic` are. */
function headerTexts(name: string, value: string): string[] {
  const plain = value.split(/[\s;,]+/).map(textOfBase64)
  const quoted = [...value.matchAll(/([\w-]*)=?"([^"]+)"/g)].flatMap(([, name = '', text = '']) =>
    OPEN_PARAMETER.test(name) ? [] : [text],
  )
  const parts = [...value.split(/[\s;,]+/).flatMap(partsOf), ...quoted]
  const least = isSecretHeader(name.toLowerCase()) ? LEAST.secretHeader : LEAST.value
  const passwords = plain.map((text) => text.slice(text.indexOf(':') + 1))
  return [value, value.trim(), ...parts, ...plain, ...passwords].filter(atLeast(least))
}

/** `name=value` → the value, with and without its quotes; other parts as they are, and what stands in quotes in them. */
function partsOf(part: string): string[] {
  const [, name = '', given = ''] = /^([^=\s"']+)=(.+)$/s.exec(part) ?? []
  // A part that ends in `=` is base64.
  if (name === '' || /^=*$/.test(given)) {
    return SCHEME.test(part) ? [] : [part, ...part.split(SEPARATORS), ...longPieces(part)]
  }
  if (OPEN_PARAMETER.test(name)) {
    return []
  }
  return [part, given, ...given.split(SEPARATORS), ...longPieces(name.includes('/') ? part : given)]
}

const SEPARATORS = /["'=:|&@()<>[\]{}]+/

/** Splits a token (RFC 7519) or a path into its parts, each of which may be said alone. */
const longPieces = (part: string): string[] =>
  [...part.split('.'), ...part.split(/[^\w~%$!*-]+/)].filter(atLeast(LEAST.word))

/** Empty: it is no base64, or not of text. */
function textOfBase64(text: string): string {
  if (!/^[\w+/-]{6,}=*$/.test(text)) {
    return ''
  }
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    const plain = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return /\p{Cc}/u.test(plain) ? '' : plain
  } catch (error) {
    if (error instanceof DOMException || error instanceof TypeError) {
      return ''
    }
    throw error
  }
}

/** A text that is sent, and the long words in it, which a peer that takes it apart may say back one by one. */
const wordsOf = (text: string): string[] =>
  [text, text.trim(), ...text.split(/[\s&;,:="'{}[\]<>|@()]+/).filter(atLeast(LEAST.word))].filter(atLeast(LEAST.value))

/** A body, its words, and where it is JSON or a form, its values. */
const bodyTexts = (body: string): string[] => [
  ...wordsOf(body),
  ...[...jsonTexts(body), ...formTexts(body)].filter(atLeast(LEAST.value)),
]

function jsonTexts(body: string): string[] {
  const texts: string[] = []
  try {
    JSON.parse(body, (_name, value: unknown) => {
      if (typeof value === 'string' || typeof value === 'number') {
        texts.push(String(value))
      }
      return null
    })
  } catch {
    // It is not JSON: its words are all there is.
  }
  return texts
}

const formTexts = (body: string): string[] =>
  /^[^\s=&]+=[^\s]*$/.test(body.trim()) ? [...new URLSearchParams(body.trim()).values()] : []

/** Blots secrets out of what the peer sent, wherever it was put. */
export function redactResult(result: Result, { clean, cleanEnd }: Redactor): Result {
  const cleanCut = (text: string): string => (text.endsWith('…') ? `${cleanEnd(text.slice(0, -1))}…` : clean(text))
  const { http, tls, dns, responder, malformed, grpc, failure } = result
  return {
    ...result,
    http: http && {
      ...http,
      headers: Object.fromEntries(
        Object.entries(http.headers).map(([name, value]) => [clean(name), cleanCut(value)] as const),
      ),
      location: http.location && cleanCut(http.location),
      bodySnippet: (isCut(http) ? cleanEnd : clean)(http.bodySnippet),
    },
    tls: tls && {
      ...tls,
      subject: tls.subject && clean(tls.subject),
      issuer: tls.issuer && clean(tls.issuer),
      altNames: tls.altNames.map(clean),
    },
    dns: dns && {
      ...dns,
      answers: dns.answers.map(clean),
      cname: dns.cname && clean(dns.cname),
      lookup: dns.lookup?.map(clean) ?? null,
    },
    responder: responder && (responder.length < RESPONDER_MAX ? clean : cleanEnd)(responder),
    ...(malformed && { malformed: { ...malformed, quote: malformed.quote && cleanCut(malformed.quote) } }),
    ...(grpc && { grpc: { ...grpc, message: grpc.message && cleanCut(grpc.message) } }),
    failure: failure && { ...failure, message: clean(failure.message) },
  }
}

const isCut = ({ bodyBytes, bodySnippet }: NonNullable<Result['http']>): boolean =>
  bodyBytes > new TextEncoder().encode(bodySnippet).length
