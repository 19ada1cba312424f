/**
 * Tells who asks, by bearer token, client certificate and impersonation; everybody else is `system:anonymous`.
 *
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { TLSSocket } from 'node:tls'

export type User = { name: string; groups: readonly string[]; uid?: string }

export type Tokens = ReturnType<typeof createTokens>

/** The bearer tokens that a server takes; they change while it runs. */
export function createTokens(now: () => number) {
  const tokens = new Map<string, { user: User; expiresAtMs: number; audiences: readonly string[] }>()
  const find = (token: string) => {
    const found = tokens.get(token)
    return found && found.expiresAtMs > now() ? found : null
  }
  return {
    /** @param groups come beside `system:authenticated`. */
    add(token: string, name: string, options: TokenOptions = {}): void {
      const { groups = [], expiresAtMs = Number.POSITIVE_INFINITY, audiences = OWN_AUDIENCES } = options
      tokens.set(token, { user: { name, groups: [...groups, 'system:authenticated'] }, expiresAtMs, audiences })
    },
    /** A token of a service account, with the groups that a server gives it. */
    addServiceAccount(token: string, namespace: string, name: string, options: TokenOptions = {}): void {
      this.add(token, `system:serviceaccount:${namespace}:${name}`, {
        ...options,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
      })
    },
    revoke(token: string): void {
      tokens.delete(token)
    },
    /** `null`: the token is none, expired, or for others than the API server. */
    userOf(token: string): User | null {
      const found = find(token)
      return found?.audiences.some((each) => OWN_AUDIENCES.includes(each)) ? found.user : null
    },
    /** What a TokenReview says of a token. */
    review(token: string, asked: readonly string[]): { user: User; audiences: readonly string[] } | { error: string } {
      const found = find(token)
      if (!found) {
        return { error: '[invalid bearer token, Token has been invalidated]' }
      }
      const audiences = asked.filter((each) => found.audiences.includes(each))
      return audiences.length > 0
        ? { user: found.user, audiences }
        : {
            error: `token audiences ${JSON.stringify(found.audiences)} is invalid for the target audiences ${JSON.stringify(asked)}`,
          }
    },
  }
}

export type TokenOptions = {
  groups?: readonly string[]
  expiresAtMs?: number
  /** Default: the API server's own. */
  audiences?: readonly string[]
}

/** Those of whoever asks for a token without saying for whom it is (--api-audiences). */
const OWN_AUDIENCES: readonly string[] = ['https://kubernetes.default.svc.cluster.local']

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/**
 * `null`: 401. No credentials and basic authentication are anonymous. The order is the server's: certificate, then token.
 */
export function authenticate(headers: IncomingHttpHeaders, socket: unknown, tokens: Tokens): User | null {
  const certificate = certificateOf(socket)
  if (certificate === 'untrusted') {
    return null
  }
  if (certificate) {
    return certificate
  }
  const [, token] = /^Bearer\s+(\S+)/i.exec(headers.authorization ?? '') ?? []
  return token === undefined ? ANONYMOUS : tokens.userOf(token)
}

function certificateOf(socket: unknown): User | 'untrusted' | null {
  const tls = socket as TLSSocket
  const subject = tls.getPeerCertificate?.()?.subject
  if (!subject) {
    return null
  }
  if (!tls.authorized) {
    return 'untrusted'
  }
  const groups = [subject.O ?? []].flat()
  return { name: [subject.CN ?? ''].flat()[0] ?? '', groups: [...groups, 'system:authenticated'] }
}

export type Impersonation = { user: string; groups: readonly string[]; uid?: string }

/** Reads the Impersonate headers; a group has a header of its own each. */
export function impersonationOf(headers: Record<string, string[] | undefined>): Impersonation | null {
  const [user] = headers['impersonate-user'] ?? []
  const [uid] = headers['impersonate-uid'] ?? []
  return user === undefined
    ? null
    : { user, groups: headers['impersonate-group'] ?? [], ...(uid !== undefined && { uid }) }
}

/** The user that is meant, as the server's impersonation filter makes it up. */
export function impersonated({ user, groups, uid }: Impersonation): User {
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user) ?? []
  const own = namespace ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : []
  const all = groups.length > 0 ? groups : own
  return {
    name: user,
    groups: all.includes('system:authenticated') || user === ANONYMOUS.name ? all : [...all, 'system:authenticated'],
    ...(uid !== undefined && { uid }),
  }
}
