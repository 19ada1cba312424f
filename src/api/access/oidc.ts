/**
 * Login at an issuer: OpenID Connect, the code flow with PKCE, state and nonce. What must come back is kept in a cookie
 * of the browser's, sealed, so that any process and any isolate can finish what another has begun.
 *
 * @module
 */
import { EncryptJWT, errors, jwtDecrypt } from 'jose'
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  clockSkew,
  customFetch,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  OperationProcessingError,
  processAuthorizationCodeResponse,
  ResponseBodyError,
  UnsupportedOperationError,
  validateAuthResponse,
} from 'oauth4webapi'
import type { Clock } from '../../lib/clock.ts'
import { sha256Hex } from '../../lib/hash.ts'
import type { Log } from '../../lib/log.ts'
import { ProblemError } from '../../lib/problem.ts'
import { isSecureUrl } from '../../record/issuer-url.ts'
import type { Discovered, IssuerPort, Issuers } from './issuers.ts'

/** The client that this server is to an issuer. */
export type OidcClient = { issuer: string; clientId: string; clientSecret: string; scopes: readonly string[] }

/** A login that is begun is to be finished by then. */
export const LOGIN_SECONDS = 600

const SEALED = { alg: 'dir', enc: 'A256GCM' } as const
const TEXT_MAX = 300

export type Oidc = {
  client: OidcClient
  /**
   * @param next where the browser goes when it has logged in.
   * @returns where the browser goes to, and what it keeps meanwhile.
   */
  begin(redirectUri: string, next: string): Promise<{ url: string; sealed: string }>
  /**
   * @param sealed what the browser kept; `null`: it has nothing.
   * @returns the ID token, and where to go. Its signature and what it is worth are for the rules to say.
   * @throws ProblemError
   */
  finish(answer: URLSearchParams, sealed: string | null): Promise<{ idToken: string; next: string }>
}

export type OidcDeps = { port: IssuerPort; issuers: Issuers; clock: Clock; log: Log }

type Begun = { state: string; nonce: string; verifier: string; redirectUri: string; next: string }

export function createOidc(client: OidcClient, { port, issuers, clock, log }: OidcDeps): Oidc {
  const key = keyOf(client)

  async function open(sealed: string | null): Promise<Begun> {
    if (sealed === null) {
      throw begunNot()
    }
    try {
      const { payload } = await jwtDecrypt<Begun>(sealed, key, {
        keyManagementAlgorithms: [SEALED.alg],
        contentEncryptionAlgorithms: [SEALED.enc],
        currentDate: new Date(clock.now()),
        requiredClaims: ['exp', 'state', 'nonce', 'verifier', 'redirectUri', 'next'],
      })
      return payload
    } catch (error) {
      throw error instanceof errors.JOSEError || error instanceof TypeError ? begunNot() : error
    }
  }

  return {
    client,
    async begin(redirectUri, next) {
      const issuer = await issuers.discover(client.issuer)
      const url = new URL(endpointOf(issuer, 'authorization_endpoint'))
      const begun: Begun = {
        state: generateRandomState(),
        nonce: generateRandomNonce(),
        verifier: generateRandomCodeVerifier(),
        redirectUri,
        next,
      }
      const parameters = {
        client_id: client.clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: client.scopes.join(' '),
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
      }
      for (const [name, value] of Object.entries(parameters)) {
        url.searchParams.set(name, value)
      }
      const sealed = await new EncryptJWT(begun)
        .setProtectedHeader(SEALED)
        .setExpirationTime(Math.floor(clock.now() / 1000) + LOGIN_SECONDS)
        .encrypt(key)
      return { url: url.href, sealed }
    },
    async finish(answer, sealed) {
      const begun = await open(sealed)
      const issuer = await issuers.discover(client.issuer)
      endpointOf(issuer, 'token_endpoint')
      const own: Client = {
        client_id: client.clientId,
        // The library asks the machine for the time
        [clockSkew]: Math.round((clock.now() - Date.now()) / 1000),
      }
      try {
        const parameters = validateAuthResponse(issuer, own, answer, begun.state)
        const options = {
          [customFetch]: (
            url: string,
            init: { method: string; headers: Headers | Record<string, string>; body: URLSearchParams },
          ) => port.fetch(url, { method: init.method, headers: init.headers, body: init.body }),
          // Loopback, for tests: what is insecure besides was refused when the document was read
          [allowInsecureRequests]: true,
        }
        const response = await authorizationCodeGrantRequest(
          ...([issuer, own, authOf(issuer, client), parameters, begun.redirectUri, begun.verifier, options] as const),
        )
        const { id_token } = await processAuthorizationCodeResponse(issuer, own, response, {
          expectedNonce: begun.nonce,
          requireIdToken: true,
        })
        return { idToken: id_token ?? '', next: begun.next }
      } catch (error) {
        throw refusalOf(error, log)
      }
    },
  }
}

/** Made of what only this server and the issuer know: there is no other secret on every runtime. */
function keyOf({ issuer, clientId, clientSecret }: OidcClient): Uint8Array {
  const hex = sha256Hex(JSON.stringify(['portolan login', issuer, clientId, clientSecret]))
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

function endpointOf(issuer: Discovered, name: 'authorization_endpoint' | 'token_endpoint'): string {
  const url = issuer[name]
  if (typeof url === 'string' && isSecureUrl(url)) {
    return url
  }
  throw new ProblemError('unavailable', `The discovery document of ${issuer.issuer} has no ${name} with https.`, {
    headers: { 'retry-after': '60' },
  })
}

/** As OpenID Connect Discovery has it: Basic, where the issuer does not say what it takes. */
function authOf(
  { token_endpoint_auth_methods_supported: methods }: Discovered,
  { clientSecret }: OidcClient,
): ClientAuth {
  const takesBasic = !Array.isArray(methods) || methods.includes('client_secret_basic')
  return takesBasic ? ClientSecretBasic(clientSecret) : ClientSecretPost(clientSecret)
}

const begunNot = () =>
  new ProblemError(
    'invalid_request',
    'This login was not begun in this browser, or more than ten minutes ago, or is finished already. Begin again.',
  )

/** Tells the person what the issuer said of the login, and only the log what is wrong with this server's client. */
function refusalOf(error: unknown, log: Log): unknown {
  if (error instanceof AuthorizationResponseError) {
    const why = [error.error, error.error_description].filter((each) => each !== undefined).join(': ')
    return new ProblemError('forbidden', `The identity provider has not let you in: ${why.slice(0, TEXT_MAX)}`)
  }
  if (error instanceof ResponseBodyError && error.error === 'invalid_grant') {
    return new ProblemError(
      'invalid_request',
      'The identity provider does not know the code of this login any more: it was used, or is too old. Begin again.',
    )
  }
  log.warn('login_failed', whatOf(error))
  if (error instanceof OperationProcessingError || error instanceof UnsupportedOperationError) {
    return new ProblemError(
      'invalid_request',
      'The answer of the identity provider does not belong to this login, or is not as it must be. Begin again; the ' +
        'log says what is wrong with it.',
    )
  }
  return new ProblemError(
    'unavailable',
    'The identity provider could not be asked, or does not take the client of this server. Try again; the log says why.',
    { headers: { 'retry-after': '5' } },
  )
}

/** An error of the library carries what came, codes and tokens among it: nothing of that is for the log. */
function whatOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) {
    return { error: 'unknown' }
  }
  const { name, message, cause } = error
  const code = 'code' in error ? { code: error.code } : {}
  const said = error instanceof ResponseBodyError ? { error: error.error, status: error.status } : {}
  return { name, message, ...code, ...said, ...(cause instanceof Error && { cause: cause.message }) }
}
