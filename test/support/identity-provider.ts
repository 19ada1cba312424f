/**
 * An identity provider on loopback: a library's, whole, with one client. Who comes is let in without being asked.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'

export const CLIENT_ID = 'portolan'
export const CLIENT_SECRET = 'the-secret-of-the-client-0123456789'

export type IdentityProvider = {
  url: string
  /** Who comes next. `null`: nobody is let in. */
  person: { sub: string; claims: Record<string, unknown> } | null
  /** Lets the one client be sent back there. */
  expect(redirectUri: string): Promise<void>
  /** Answers in place of its own, for faults; `null`: its own. */
  answer: ((request: IncomingMessage, response: ServerResponse) => boolean) | null
  close(): Promise<void>
}

export async function startIdentityProvider(): Promise<IdentityProvider> {
  let provider: Provider | null = null
  const server = createServer(async (request, response) => {
    if (own.answer?.(request, response)) {
      return
    }
    if (provider === null) {
      response.writeHead(503).end()
    } else if (request.url?.startsWith('/interaction/')) {
      await letIn(provider, request, response, own.person)
    } else {
      await provider.callback()(request, response)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(privateKey)), kid: 'login', alg: 'RS256', use: 'sig' }
  const own: IdentityProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    person: { sub: 'toad', claims: {} },
    answer: null,
    async expect(redirectUri) {
      provider = new Provider(own.url, {
        clients: [
          {
            client_id: CLIENT_ID,
            client_secret: CLIENT_SECRET,
            redirect_uris: [redirectUri],
            response_types: ['code'],
            grant_types: ['authorization_code'],
          },
        ],
        jwks: { keys: [key] },
        cookies: { keys: ['of the test'] },
        claims: { openid: ['sub', 'groups', 'email'] },
        conformIdTokenClaims: false,
        pkce: { required: () => true },
        features: { devInteractions: { enabled: false } },
        interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
        findAccount: (_context, accountId) => ({
          accountId,
          claims: async () => ({ sub: accountId, ...own.person?.claims }),
        }),
      })
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return own
}

/** What a person would do on the pages of the provider. */
async function letIn(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  person: IdentityProvider['person'],
): Promise<void> {
  const { prompt, session } = await provider.interactionDetails(request, response)
  if (person === null) {
    const result = { error: 'access_denied', error_description: 'nobody is let in' }
    return provider.interactionFinished(request, response, result)
  }
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: person.sub } })
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? person.sub, clientId: CLIENT_ID })
  grant.addOIDCScope('openid profile email')
  const grantId = await grant.save()
  return provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true })
}
