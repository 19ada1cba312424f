/** Tells a refusal of Portolan's from an answer that comes from somebody else. */
import {
  type PortolanError,
  PortolanGateHalt,
  PortolanProblem,
  PortolanUnexpectedAnswer,
  type Problem,
} from './errors.ts'

export type Asking = {
  /** For messages: the method and the address. */
  asked: string
  token: string | null
  /** Statuses by which a gate says no. */
  halts: readonly number[]
}

/** Reads why a request was refused; `null`: it was not. */
export async function refusalOf(response: Response, { asked, token, halts }: Asking): Promise<PortolanError | null> {
  const { status, headers } = response
  if ((status >= 200 && status < 400) || status === 424 || isOpaqueRedirect(response)) {
    return null
  }
  const retryAfterMs = retryAfter(headers.get('retry-after'))
  const text = await response.text()
  if (halts.includes(status) && essenceOf(response) === 'text/plain') {
    return new PortolanGateHalt(status, withoutToken(text, token), retryAfterMs)
  }
  const problem = essenceOf(response) === 'application/problem+json' ? problemOf(text, status, token) : null
  return problem === null ? unexpected(response, asked, retryAfterMs) : new PortolanProblem(problem, retryAfterMs)
}

/**
 * Makes the error for an answer that Portolan would not give.
 *
 * @param odd the part of its document that is not as it has to be.
 */
export function unexpected(
  response: Response,
  asked: string,
  retryAfterMs: number | null = null,
  odd: string | null = null,
): PortolanError {
  const what = isOpaqueRedirect(response) ? 'a redirect' : `${response.status} ${essenceOf(response)}`.trim()
  const lacks = odd === null ? '' : ` without a proper "${odd}"`
  const message =
    response.status === 304
      ? `${asked} was answered with 304: it is as it was when the answer came whose ETag If-None-Match names, and nothing was sent.`
      : `${asked} was answered with ${what}${lacks}, which Portolan does not answer: ${askedBack(response.status)}`
  return new PortolanUnexpectedAnswer(message, response.status, response.headers.get('content-type'), retryAfterMs)
}

/** Suggests, as a question, what to look at first after such an answer. */
function askedBack(status: number): string {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return 'does a proxy before it want a login of its own?'
    case 413:
      return 'does a proxy before it take no body that is so large?'
    case 502:
    case 503:
    case 504:
      return 'is it running behind the proxy that has answered?'
    default:
      return 'is it there, and not a proxy or a login page?'
  }
}

/** As which browsers hand over a redirect that is not to be followed; other runtimes know no such type. */
const isOpaqueRedirect = ({ type }: { type: string }): boolean => type === 'opaqueredirect'

/** The media type of an answer, without parameters; empty without one. */
export const essenceOf = ({ headers }: Response): string =>
  (headers.get('content-type') ?? '').replace(/;.*/s, '').trim().toLowerCase()

const withoutToken = (text: string, token: string | null): string =>
  token === null ? text : text.replaceAll(token, '(the token)')

function problemOf(text: string, status: number, token: string | null): Problem | null {
  const given = jsonOf(withoutToken(text, token))
  if (given === null || !('code' in given) || typeof given.code !== 'string') {
    return null
  }
  const problem = given as Partial<Problem>
  const texts = textsOf(problem)
  return {
    ...problem,
    ...{ type: 'about:blank', title: given.code, detail: texts.title ?? '', instance: '', requestId: '' },
    ...texts,
    code: given.code,
    errors: Array.isArray(problem.errors) ? problem.errors.filter(isFault) : [],
    status,
  }
}

const TEXTS = ['type', 'title', 'detail', 'instance', 'requestId'] as const

/** Keeps only the fields of a refusal that are text, as other servers refuse in this form, too. */
const textsOf = (problem: Partial<Problem>): Partial<Pick<Problem, (typeof TEXTS)[number]>> =>
  Object.fromEntries(TEXTS.flatMap((name) => (typeof problem[name] === 'string' ? [[name, problem[name]]] : [])))

const isFault = (each: unknown): each is Problem['errors'][number] =>
  typeof each === 'object' &&
  each !== null &&
  'pointer' in each &&
  'detail' in each &&
  typeof each.pointer === 'string' &&
  typeof each.detail === 'string'

/** Reads a document of JSON; `null`: it is none. */
export function jsonOf(text: string): object | null {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && !Array.isArray(found) ? found : null
  } catch {
    return null
  }
}

/** `Retry-After` in seconds or as a date (RFC 9110 10.2.3) → milliseconds from now. */
export function retryAfter(header: string | null): number | null {
  if (header === null) {
    return null
  }
  if (/^\s*\d{1,9}\s*$/.test(header)) {
    return Number(header) * 1000
  }
  const atMs = Date.parse(header)
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - Date.now())
}
