import type { Credentials, Presented } from './access.ts'
import { ApiError, whyUnreadable } from './api-error.ts'
import { createFileText } from './file-text.ts'

/** Nothing else may stand in a line of a header (RFC 9110 5.5). */
const VISIBLE = /^[\x21-\x7e]+$/

export const isToken = (text: string): boolean => VISIBLE.test(text)

const NOBODY: Presented = { headers: {}, certificate: null, secrets: [] }

export const bearer = (token: string): Presented => ({
  headers: { authorization: `Bearer ${token}` },
  certificate: null,
  secrets: [token],
})

export function basic(username: string, password: string): Presented {
  const encoded = Buffer.from(`${username}:${password}`, 'utf8').toString('base64')
  return {
    headers: { authorization: `Basic ${encoded}` },
    certificate: null,
    secrets: password === '' ? [encoded] : [password, encoded],
  }
}

/** Credentials that never change: when they are refused there are no others. */
export const fixedCredentials = (presented: Presented = NOBODY): Credentials => ({
  current: () => Promise.resolve(presented),
  renew: () => Promise.resolve(false),
  close: () => undefined,
})

/**
 * Presents the token in a file. Kubelet replaces it long before it expires; the file is looked at before each request,
 * and read at once when the token was refused.
 *
 * @param instead is presented while the file cannot be read.
 */
export function tokenFileCredentials(server: string, path: string, instead: string | null = null): Credentials {
  const file = createFileText(path)
  let presented: Presented | null = null
  const refuse = (why: string) => new ApiError('credentials', `${server}: its token is in ${path}: ${why}`)
  const look = async (always: boolean): Promise<Presented> => {
    const token = await file.read(always).then(
      (text) => text.trim(),
      (error: unknown) => {
        if (instead !== null) {
          return instead
        }
        throw refuse(whyUnreadable(error))
      },
    )
    if (!isToken(token)) {
      throw refuse(token === '' ? 'the file is empty' : 'it holds more than a token')
    }
    if (presented?.secrets[0] !== token) {
      presented = bearer(token)
    }
    return presented
  }
  return {
    current: () => look(false),
    renew: async (refused) => (await look(true)).secrets[0] !== refused.secrets[0],
    close: () => undefined,
  }
}

/** Adds a client certificate and header lines to what is presented. */
export function combined(
  main: Credentials,
  certificate: () => Promise<Presented['certificate']>,
  more: Presented['headers'],
): Credentials {
  const mainOf = new WeakMap<Presented, Presented>()
  let last: { from: Presented; own: Presented['certificate']; presented: Presented } | null = null
  const current = async (signal?: AbortSignal): Promise<Presented> => {
    const from = await main.current(signal)
    const own = await certificate()
    if (last?.from === from && last.own === own) {
      return last.presented
    }
    const presented = { ...from, headers: { ...from.headers, ...more }, certificate: from.certificate ?? own }
    mainOf.set(presented, from)
    last = { from, own, presented }
    return presented
  }
  return {
    current,
    renew: async (refused, signal) =>
      (await main.renew(mainOf.get(refused) ?? refused, signal)) ||
      (await current(signal)).certificate?.cert !== refused.certificate?.cert,
    close: () => main.close(),
  }
}
