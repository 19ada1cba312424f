/** Service accounts that their cluster is asked about: a real API server, a real kubeconfig, keys that nobody publishes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { base64url } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ApiServer, startApiServer } from '../../support/api-server.ts'
import { newKey, startIssuer, type TestIssuer } from '../../support/issuer.ts'
import { writeKubeconfig } from '../../support/kubeconfig.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { readProblem } from '../../support/read.ts'

const AUDIENCE = 'https://portolan.example'
const OTHER_AUDIENCE = 'https://other.example'
const SUBJECT = 'system:serviceaccount:shop:ci'
const READER = 'token-of-portolan-0123456789'

const folder = mkdtempSync(join(tmpdir(), 'portolan-reviews-'))
let server: ApiServer
let issuer: TestIssuer
let clock: ManualClock
let api: TestPortolan

const envOf = (rule: object = {}) => ({
  PORTOLAN_AUTH: 'tokens',
  PORTOLAN_ADMIN_TOKEN: 'the-admin-token-of-the-test-0123',
  PORTOLAN_KUBECONFIG: writeKubeconfig(folder, { prod: { server, token: READER } }),
  PORTOLAN_CLUSTER: 'prod',
  PORTOLAN_JWT_RULES: JSON.stringify([
    {
      issuer: issuer.url,
      audience: AUDIENCE,
      claims: { '/kubernetes.io/namespace': 'shop', '/kubernetes.io/serviceaccount/name': 'ci' },
      tokenReview: 'prod',
      scopes: ['jobs:read'],
      namespaces: ['shop'],
      ...rule,
    },
    { issuer: issuer.url, audience: OTHER_AUDIENCE, claims: { sub: '*:*:*:*' }, tokenReview: 'prod', scopes: ['plan'] },
  ]),
})

const NAME = 'portolan-token-review'
const RBAC = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: NAME } }
const RULES = [{ apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] }]
const allow = (rules: object[] = RULES) =>
  server.objects.applyAll([
    { ...RBAC, kind: 'ClusterRole', rules },
    {
      ...RBAC,
      kind: 'ClusterRoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
      subjects: [{ kind: 'ServiceAccount', namespace: 'portolan', name: 'portolan' }],
    },
  ])

beforeAll(async () => {
  clock = createManualClock(Date.now())
  server = await startApiServer()
  server.tokens.addServiceAccount(READER, 'portolan', 'portolan')
  allow()
  issuer = await startIssuer(clock.now)
  api = await startTestPortolan(envOf(), { clock })
})
afterEach(() => {
  server.seen.clear()
  clock.advance(5_000)
})
afterAll(async () => {
  await Promise.all([api.close(), issuer.close()])
  await server.close()
  rmSync(folder, { recursive: true })
})

const claims = {
  sub: SUBJECT,
  aud: [AUDIENCE],
  'kubernetes.io': { namespace: 'shop', pod: { name: 'ci-1', uid: 'p' }, serviceaccount: { name: 'ci', uid: 's' } },
}

/** A token that the cluster has issued, by a key that nobody publishes. */
async function issued(more: Record<string, unknown> = {}, of: { audiences?: string[]; name?: string } = {}) {
  const token = await issuer.sign(
    { ...claims, ...more, jti: crypto.randomUUID() },
    { key: await newKey('unpublished') },
  )
  server.tokens.addServiceAccount(token, 'shop', of.name ?? 'ci', { audiences: of.audiences ?? [AUDIENCE] })
  return token
}

const ask = (token: string, path = '/v1/whoami') => api.call(path, { headers: { authorization: `Bearer ${token}` } })
const whois = async (token: string) => {
  const response = await ask(token)
  return response.status === 200 ? await response.json() : readProblem(response)
}
const reviews = () => server.seen.count({ resource: 'tokenreviews' })
/** The next review is answered by this, whatever was asked. */
const answerReviews = (status: number, body: object, headers: Record<string, string> = {}) =>
  server.faults.add({
    ...{ match: { resource: 'tokenreviews' }, times: 1 },
    fault: { kind: 'answer', status, body: JSON.stringify(body), headers },
  })
const NOT_KNOWN = {
  status: 401,
  code: 'unauthenticated',
  detail: 'The cluster that issued this token does not know it, or no longer knows it.',
}

describe('a token of a service account', () => {
  it('is known by its cluster, and its issuer is asked for no keys', async () => {
    const token = await issued()
    expect(await whois(token)).toMatchObject({
      id: expect.stringMatching(/^jwt_[0-9A-Z]{20}$/),
      name: SUBJECT,
      scopes: ['jobs:read'],
      namespaces: ['shop'],
      expiresAt: new Date((Math.floor(clock.now() / 1000) + 300) * 1000).toISOString(),
    })
    expect(issuer.asked).toEqual([])
    expect(reviews()).toBe(1)
  })

  it('is asked about once, however many requests come at once, and again after four seconds', async () => {
    const token = await issued()
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(token)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(reviews()).toBe(1)
    clock.advance(3_999)
    await ask(token)
    expect(reviews()).toBe(1)
    clock.advance(1)
    await ask(token)
    expect(reviews()).toBe(2)
  })

  it('ends within five seconds of its pod', async () => {
    const token = await issued()
    expect(await whois(token)).toMatchObject({ name: SUBJECT })
    server.tokens.revoke(token)
    clock.advance(4_999)
    expect(await whois(token)).toMatchObject(NOT_KNOWN)
  })

  it('of other claims fits no rule', async () => {
    const other = { ...claims['kubernetes.io'], namespace: 'pond' }
    expect(await whois(await issued({ 'kubernetes.io': other }))).toMatchObject({
      status: 401,
      detail: expect.stringContaining('its claims fit no rule here'),
    })
  })

  it('opens no session, which could not end with it', async () => {
    const response = await api.call('/login', { json: { token: await issued() } })
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(await readProblem(response)).toMatchObject({
      status: 401,
      detail: expect.stringContaining('send the token with each request'),
    })
  })
})

describe('refused as what the cluster does not vouch for:', () => {
  it('a token that it does not know, which is asked about once', async () => {
    const token = await issuer.sign(claims, { key: await newKey('forged') })
    expect(await whois(token)).toMatchObject(NOT_KNOWN)
    expect(await whois(token)).toMatchObject(NOT_KNOWN)
    expect(reviews()).toBe(1)
  })

  it('its own token with other claims', async () => {
    const [header, , signature] = (await issued({ sub: 'system:serviceaccount:shop:other' })).split('.')
    const seconds = Math.floor(clock.now() / 1000)
    const forged = base64url.encode(JSON.stringify({ ...claims, iss: issuer.url, exp: seconds + 300 }))
    expect(await whois(`${header}.${forged}.${signature}`)).toMatchObject(NOT_KNOWN)
  })

  it('an audience that the token names and the cluster does not', async () => {
    const token = await issued({ aud: [AUDIENCE, OTHER_AUDIENCE] }, { audiences: [OTHER_AUDIENCE] })
    // The rule of the other audience fits it, and that of this one does not
    expect(await whois(token)).toMatchObject({ scopes: ['plan'] })
    expect(await whois(await issued({}, { audiences: [OTHER_AUDIENCE] }))).toMatchObject(NOT_KNOWN)
  })

  it('a subject that is not who the cluster says it is', async () => {
    expect(await whois(await issued({}, { name: 'other' }))).toMatchObject(NOT_KNOWN)
  })

  it('what says that it is valid for nothing in particular', async () => {
    const spec = { token: 'x', audiences: [AUDIENCE] }
    const status = { authenticated: true, user: { username: SUBJECT } }
    answerReviews(201, { spec, status })
    expect(await whois(await issued())).toMatchObject(NOT_KNOWN)
  })

  const seconds = () => Math.floor(clock.now() / 1000)
  const unasked: [string, () => Record<string, unknown>, string][] = [
    [
      'another audience',
      () => ({ aud: ['https://kubernetes.default.svc'] }),
      'No rule for its issuer has the audience',
    ],
    ['no audience', () => ({ aud: undefined }), 'No rule for its issuer has the audience'],
    ['no end', () => ({ exp: undefined }), 'This token has no "exp", which is needed.'],
    ['an end that is no number', () => ({ exp: 'never' }), 'The times of this token are not right.'],
    ['no subject', () => ({ sub: undefined }), 'This token has no "sub", which is needed.'],
    ['what has expired', () => ({ exp: seconds() - 31 }), 'This token has expired.'],
    ['what is not valid yet', () => ({ nbf: seconds() + 60 }), 'This token is not valid yet'],
  ]
  it.each(unasked)('%s, for which nobody is asked', async (_name, more, detail) => {
    const payload = { iss: issuer.url, exp: seconds() + 300, ...claims, ...more() }
    const token = `${base64url.encode('{"alg":"ES256"}')}.${base64url.encode(JSON.stringify(payload))}.AAAA`
    server.tokens.addServiceAccount(token, 'shop', 'ci', { audiences: [AUDIENCE] })
    expect(await whois(token)).toMatchObject({ status: 401, detail: expect.stringContaining(detail) })
    expect(reviews()).toBe(0)
  })
})

describe('a fault of ours is none of the token:', () => {
  it('which right is missing is in the log, and the caller is told a 503', async () => {
    const token = await issued()
    allow([])
    try {
      const response = await ask(token)
      expect(response.headers.get('retry-after')).toBe('60')
      expect(await readProblem(response)).toMatchObject({
        status: 503,
        code: 'unavailable',
        detail: expect.stringContaining('may not ask the cluster of this token whether it is valid'),
      })
    } finally {
      allow()
    }
    const line = api.lines.find((each) => each.includes('token_review_refused')) ?? '{}'
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      cluster: 'prod',
      why: expect.stringContaining('cannot create resource "tokenreviews"'),
      missing: 'create on tokenreviews in the API group authentication.k8s.io, by a ClusterRole',
    })
    // Nothing of the failure is kept
    expect(await whois(token)).toMatchObject({ name: SUBJECT })
  })

  it('an API server that is away, also when it knew the token before', async () => {
    const token = await issued()
    expect(await whois(token)).toMatchObject({ name: SUBJECT })
    await server.stop()
    clock.advance(5_000)
    try {
      const response = await ask(token)
      expect(response.headers.get('retry-after')).toBe('5')
      expect(await readProblem(response)).toMatchObject({ status: 503, code: 'unavailable' })
    } finally {
      await server.start()
    }
    expect(await whois(token)).toMatchObject({ name: SUBJECT })
  })

  it('a redirect is not followed, and what is no review is none', async () => {
    const token = await issued()
    for (const status of [302, 200]) {
      answerReviews(status, {}, { location: `${server.url}/elsewhere` })
      expect(await whois(token)).toMatchObject({ status: 503, code: 'unavailable' })
    }
    expect(server.seen.count({ path: '/elsewhere' })).toBe(0)
  })
})

it('no line of the log, no row and no message holds a token, also where the API server repeats it', async () => {
  const token = await issued()
  answerReviews(403, { kind: 'Status', status: 'Failure', message: `no ${token} here` })
  const response = await ask(token)
  expect(response.status).toBe(503)
  const told = [await response.text(), ...api.lines].join('\n')
  expect(told).toContain('no [redacted] here')
  for (const part of token.split('.').slice(1)) {
    expect(told).not.toContain(part)
  }
})

it('a cluster that is not read is named at the start, with the rule and the field', async () => {
  await expect(startTestPortolan(envOf({ tokenReview: 'test' }))).rejects.toThrow(
    'PORTOLAN_JWT_RULES: rule 2: tokenReview: expected as in rule 1, which has the same issuer',
  )
  const env = envOf()
  const rules = env.PORTOLAN_JWT_RULES.replaceAll('"prod"', '"test"')
  await expect(startTestPortolan({ ...env, PORTOLAN_JWT_RULES: rules })).rejects.toThrow(
    'PORTOLAN_JWT_RULES: rule 1: tokenReview: expected one of the clusters that this server reads, prod',
  )
  await expect(startTestPortolan({ ...env, PORTOLAN_KUBECONFIG: '' })).rejects.toThrow(
    'PORTOLAN_JWT_RULES: rule 1: tokenReview: expected none: this server reads no cluster',
  )
})
