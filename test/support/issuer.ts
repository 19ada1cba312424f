/**
 * An issuer of tokens on loopback: a discovery document, and keys that can be exchanged. It signs what a test wants.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export type SigningKey = { kid: string; alg: string; privateKey: CryptoKey; jwk: JWK }

export type TestIssuer = {
  /** What stands in `iss`. */
  url: string
  /** The paths that were asked for so far. */
  asked: string[]
  /** The keys that it publishes; the first one signs. */
  keys: SigningKey[]
  /** Answers in place of its own. `null`: its own. */
  answer: ((request: IncomingMessage, response: ServerResponse) => boolean) | null
  /** Claims that have no value here get one that is right: issuer, times. */
  sign(
    claims: Record<string, unknown>,
    options?: { key?: SigningKey; header?: Record<string, unknown> },
  ): Promise<string>
  close(): Promise<void>
}

export async function newKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

/** @param now the time by which tokens are issued, milliseconds. */
export async function startIssuer(now: () => number = Date.now): Promise<TestIssuer> {
  const server = createServer((request, response) => {
    issuer.asked.push(request.url ?? '')
    if (issuer.answer?.(request, response)) {
      return
    }
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
      '/keys': { keys: issuer.keys.map(({ jwk }) => jwk) },
    }
    const document = documents[request.url ?? '']
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document ?? {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer: TestIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    keys: [await newKey('first')],
    answer: null,
    async sign(claims, { key, header = {} } = {}) {
      const [own] = issuer.keys
      const signing = key ?? own
      if (signing === undefined) {
        throw new Error('there is no key to sign with')
      }
      const seconds = Math.floor(now() / 1000)
      const payload = { iss: issuer.url, iat: seconds, exp: seconds + 300, ...claims }
      return new SignJWT(payload)
        .setProtectedHeader({ alg: signing.alg, kid: signing.kid, typ: 'JWT', ...header })
        .sign(signing.privateKey)
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return issuer
}
