/**
 * `/v1/tokens`: parse, call, answer.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { madeBefore, orRefuse } from '../job/accept.ts'
import { readCidr } from '../lib/cidr.ts'
import { LAST_INSTANT_MS, toInstant } from '../lib/clock.ts'
import { sha256Hex } from '../lib/hash.ts'
import { isId, newId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import { newToken, shownPart } from '../lib/token.ts'
import { isNarrowed } from '../record/principal.ts'
import { type Grant, type Token, tokensMost } from '../record/token.ts'
import { getToken, insertToken, listTokens, revokeToken } from '../store/tokens.ts'
import { withBody } from './body.ts'
import { type Deps, hasOwnTokens } from './deps.ts'
import { describeToken, environmentTokensOf, isBefore, ofEnvironment, type ShownToken } from './describe-token.ts'
import { claimOf, IdempotencyHeaders } from './idempotency.ts'
import { MAKING_PROBLEMS, STORE_PROBLEMS } from './job-request-body.ts'
import { answerJson } from './json.ts'
import { answerPage, encodeCursor, newestBefore, pageFields, pageOf } from './pagination.ts'
import { parseBody, parseJson } from './parse-body.ts'
import { problems } from './problem.ts'
import { type Api, type ApiContext, mount } from './route.ts'
import { NewTokenSchema, RevokedTokenSchema, TokenRequestSchema, TokenSchema } from './token-schemas.ts'

const tags = ['Access']
const scope = 'tokens:write'
const params = z.object({ id: z.string().openapi({ example: 'tok_01KAXW0000EXAMPLE0000000AB' }) })

export function mountTokens(app: Api): void {
  mount(
    app,
    {
      method: 'post',
      path: '/v1/tokens',
      operationId: 'createToken',
      scope,
      tags,
      summary: 'Make a token',
      description:
        'The answer holds the token, which is shown only this once and is not stored. A caller can grant nothing that ' +
        'it does not have itself. A token cannot be changed: make another, and revoke this one.',
      headers: IdempotencyHeaders.extend({
        'idempotency-key': IdempotencyHeaders.shape['idempotency-key'].openapi({
          description:
            'The same key and request within 24 h make no second token: a 409 names the first one, which cannot be ' +
            'shown again',
        }),
      }),
      body: { required: true, content: { 'application/json': { schema: TokenRequestSchema } } },
      responses: {
        201: { description: 'Made', content: { 'application/json': { schema: NewTokenSchema } } },
        ...problems(
          ...([
            'malformed_body',
            'body_too_large',
            'unsupported_media_type',
            'impossible_request',
            'conflict',
          ] as const),
          ...MAKING_PROBLEMS,
        ),
      },
    },
    async (context) => {
      const { made, text } = await makeToken(context)
      context.header('location', `/v1/tokens/${made.id}`)
      context.header('cache-control', 'no-store')
      return answerJson(context, { ...describeToken(context.get('deps'), made), token: text }, 201)
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/tokens',
      operationId: 'listTokens',
      scope,
      tags,
      summary: 'Tokens, newest first, after those of the environment',
      description:
        'Lists the tokens that the caller could have made. Tokens that have ended are listed for 90 more days, with ' +
        'their state.',
      query: z.strictObject(pageFields),
      responses: { ...pageOf(TokenSchema), ...problems('conflict') },
    },
    async (context, { query: { limit, cursor } }) => {
      const deps = withTokens(context)
      const before = newestBefore(cursor)
      const found: ShownToken[] = [
        ...environmentTokensOf(deps).filter((token) => before === null || isBefore(token, before)),
        ...(await listTokens(deps.store, { limit: limit + 1, before })),
      ]
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const next = found.length > limit && last ? encodeCursor([last.createdAtMs, last.id]) : null
      return answerPage(
        context,
        page.map((token) => describeToken(deps, token)),
        next,
      )
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/tokens/{id}',
      operationId: 'getToken',
      scope,
      tags,
      summary: 'One token, without its secret',
      params,
      responses: {
        200: { description: 'The token', content: { 'application/json': { schema: TokenSchema } } },
        ...problems('not_found', 'conflict'),
      },
    },
    async (context, input) => {
      const deps = withTokens(context)
      return answerJson(context, describeToken(deps, await loadToken(deps, input.params.id)))
    },
  )

  mount(
    app,
    {
      method: 'delete',
      path: '/v1/tokens/{id}',
      operationId: 'revokeToken',
      scope,
      tags,
      summary: 'Revoke a token',
      description:
        'Every process refuses it from the next request on, and its streams and waits end within 5 s. Its jobs and ' +
        'schedules go on, within the limits that it had. Revoking it again changes nothing.',
      params,
      responses: {
        200: { description: 'It is revoked', content: { 'application/json': { schema: RevokedTokenSchema } } },
        ...problems('not_found', 'conflict', ...STORE_PROBLEMS),
      },
    },
    async (context, input) => {
      const deps = withTokens(context)
      const { id } = input.params
      const token = await loadToken(deps, id)
      if (token.source === 'environment') {
        throw ofEnvironment(token)
      }
      const revoked = await revokeToken(deps.store, id, deps.clock.now())
      if (revoked === null) {
        throw noSuchToken(id)
      }
      return answerJson(context, { ...describeToken(deps, await loadToken(deps, id)), ...revoked })
    },
  )
}

/** Reads, checks and stores; `text` is the token itself. */
async function makeToken(context: ApiContext): Promise<{ made: Token; text: string }> {
  const deps = withTokens(context)
  const { asked, body } = await withBody(context, ['json'], async ({ text }) => ({
    asked: parseBody(TokenRequestSchema, parseJson(text)),
    body: text,
  }))
  const nowMs = deps.clock.now()
  const claim = claimOf(context, body)
  const before = await madeBefore(deps, claim)
  if (before !== null) {
    throw isMade(before.id)
  }
  const { expiresAt: expiresAtMs, ...rest } = asked
  const grant = { ...rest, expiresAtMs, egressOnly: asked.egressOnly?.map(rangeOf) ?? null }
  refuseImpossible(grant, nowMs)
  const text = newToken()
  const made: Token = {
    ...{ ...grant, id: newId('token', nowMs), prefix: shownPart(text), createdAtMs: nowMs },
    ...{ createdBy: context.get('principal').id, lastUsedAtMs: null, lastUsedFrom: null, revokedAtMs: null },
  }
  const most = tokensMost(context.get('principal'))
  const inserted = await insertToken(deps.store, { ...made, hash: sha256Hex(text) }, claim, most)
  if (inserted.outcome === 'full') {
    throw new ProblemError(
      'conflict',
      `There are ${most} tokens or more, which is the limit here; those that have ended count for 90 days more. Where a program ` +
        'makes tokens, let it use each for longer.',
    )
  }
  const { id, replayed } = orRefuse(inserted)
  if (replayed) {
    throw isMade(id)
  }
  return { made, text }
}

/** An address is the range of it alone. */
const rangeOf = (text: string): string => readCidr(text) ?? text

/** @throws ProblemError `impossible_request` */
function refuseImpossible({ manifests, egressOnly, expiresAtMs, ...reach }: Grant, nowMs: number): void {
  const errors = [
    ...(isNarrowed(reach) && manifests && egressOnly === null
      ? [
          {
            pointer: '/egressOnly',
            detail:
              'Is needed with manifests: true where namespaces or clusters narrow, since manifests may name any ' +
              'address. Name the CIDRs that may be dialled, or leave manifests out: it plans from live objects then',
          },
        ]
      : []),
    ...(expiresAtMs !== null && expiresAtMs > LAST_INSTANT_MS
      ? [
          {
            pointer: '/expiresAt',
            detail: `Is after ${toInstant(LAST_INSTANT_MS)}: leave it out, and it never expires`,
          },
        ]
      : []),
    ...(expiresAtMs !== null && expiresAtMs <= nowMs
      ? [{ pointer: '/expiresAt', detail: `Has passed: it is ${new Date(nowMs).toISOString()} here` }]
      : []),
  ]
  if (errors.length > 0) {
    throw new ProblemError('impossible_request', 'Such a token cannot be; see errors.', { errors })
  }
}

/** A repeated request makes no second token that nobody knows of, and cannot be answered as the first was. */
const isMade = (id: string): ProblemError =>
  new ProblemError(
    'conflict',
    `This Idempotency-Key has made the token ${id} already. It was shown in the answer to that request, and can be shown ` +
      `no more. If that answer was lost, DELETE /v1/tokens/${id} and make another with a new key.`,
    { headers: { location: `/v1/tokens/${id}` } },
  )

/** @throws ProblemError `conflict` where nobody is asked for a token, so that none would keep anybody out. */
function withTokens(context: ApiContext): Deps {
  const deps = context.get('deps')
  const { auth } = deps.settings
  const { required, loopbackOnly = false } = auth
  if (required || (loopbackOnly && hasOwnTokens(auth))) {
    return deps
  }
  throw new ProblemError(
    'conflict',
    loopbackOnly
      ? 'This server listens on loopback only and asks nobody for a token. To have tokens, set PORTOLAN_ADMIN_TOKEN to a ' +
          'secret of at least 16 characters, and PORTOLAN_AUTH=tokens so that nothing is answered without one.'
      : 'This server asks nobody for a token (PORTOLAN_AUTH=none). To have tokens, leave PORTOLAN_AUTH away or set it to ' +
          'tokens, and set PORTOLAN_ADMIN_TOKEN to a secret of at least 16 characters.',
  )
}

async function loadToken(deps: Deps, id: string): Promise<ShownToken> {
  const found = isId('token', id)
    ? await getToken(deps.store, id)
    : environmentTokensOf(deps).find((token) => token.id === id)
  if (!found) {
    throw noSuchToken(id)
  }
  return found
}

const noSuchToken = (id: string): ProblemError =>
  new ProblemError('not_found', `There is no token "${id.slice(0, 60)}".`)
