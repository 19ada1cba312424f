import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { base64url, exportSPKI, importJWK, type CryptoKey as PublicKey, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newKey, startIssuer, type TestIssuer } from '../support/issuer.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { RUNTIME, startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readProblem } from '../support/read.ts'

const AUDIENCE = 'https://portolan.example'
const ADMIN_TOKEN = 'the-admin-token-of-the-test-0123'

let issuer: TestIssuer
let clusterIssuer: TestIssuer
let clock: ManualClock
let api: TestPortolan

beforeAll(async () => {
  clock = createManualClock(Date.now())
  issuer = await startIssuer(clock.now)
  clusterIssuer = await startIssuer(clock.now)
  api = await startTestPortolan(
    {
      PORTOLAN_AUTH: 'tokens',
      PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN,
      PORTOLAN_JWT_RULES: JSON.stringify([
        {
          issuer: issuer.url,
          audience: AUDIENCE,
          claims: { repository_id: '1296269', ref: 'refs/heads/main' },
          scopes: ['jobs:read', 'jobs:write'],
          namespaces: ['shop'],
          rateLimit: { requestsPerMinute: 600 },
        },
        { issuer: issuer.url, audience: AUDIENCE, claims: { repository_id: '1296269' }, scopes: ['plan'] },
        {
          issuer: issuer.url,
          audience: AUDIENCE,
          claims: { sub: ['repo:toad/*:environment:live', 'repo:toad@77/*:environment:live'] },
          scopes: ['reports:read'],
        },
        {
          issuer: issuer.url,
          audience: 'gitlab',
          claims: { project_path: 'toad/*', ref_protected: 'true' },
          scopes: ['jobs:read'],
        },
        {
          issuer: clusterIssuer.url,
          audience: AUDIENCE,
          claims: { '/kubernetes.io/namespace': 'shop', '/kubernetes.io/serviceaccount/name': 'ci' },
          keys: { keys: clusterIssuer.keys.map(({ jwk }) => jwk) },
          scopes: ['jobs:read'],
        },
      ]),
    },
    { clock },
  )
})
afterAll(() => Promise.all([api.close(), issuer.close(), clusterIssuer.close()]))
beforeEach(() => {
  issuer.asked.length = 0
})

const github = {
  sub: 'repo:toad/pond:ref:refs/heads/main',
  aud: AUDIENCE,
  repository: 'toad/pond',
  repository_id: '1296269',
  repository_owner_id: '77',
  ref: 'refs/heads/main',
  nbf: 0,
}

const ask = (token: string, path = '/v1/whoami') => api.call(path, { headers: { authorization: `Bearer ${token}` } })
const whois = async (token: string) => {
  const response = await ask(token)
  return response.status === 200 ? await response.json() : readProblem(response)
}

describe('a token of GitHub Actions', () => {
  it('is worth what the first rule says that fits it, until it expires', async () => {
    const expiresAt = `${new Date((Math.floor(clock.now() / 1000) + 300) * 1000).toISOString()}`
    expect(await whois(await issuer.sign(github))).toEqual({
      id: expect.stringMatching(/^jwt_[0-9A-Z]{20}$/),
      name: 'repo:toad/pond:ref:refs/heads/main',
      scopes: ['jobs:read', 'jobs:write'],
      namespaces: ['shop'],
      clusters: null,
      manifests: false,
      egressOnly: null,
      rateLimit: { requestsPerMinute: 600, jobsUnderWay: null, triesPerMinute: null },
      expiresAt,
      session: null,
    })
  })

  it('is the same principal each time, and another of another subject', async () => {
    const idOf = async (sub: string) => ((await whois(await issuer.sign({ ...github, sub }))) as { id: string }).id
    const [first, second, other] = [await idOf('a'), await idOf('a'), await idOf('b')]
    expect(first).toBe(second)
    expect(other).not.toBe(first)
  })

  it('of another branch falls to the next rule', async () => {
    expect(await whois(await issuer.sign({ ...github, ref: 'refs/heads/x' }))).toMatchObject({
      scopes: ['plan'],
      namespaces: null,
    })
  })

  it.each(['repo:toad/pond:environment:live', 'repo:toad@77/pond@1296269:environment:live'])(
    'is known by its subject in either form: %s',
    async (sub) => {
      expect(await whois(await issuer.sign({ ...github, repository_id: '2', sub }))).toMatchObject({
        name: sub,
        scopes: ['reports:read'],
      })
    },
  )

  it.each([
    'repo:toad-impostor/pond:environment:live',
    'repo:toad/pond:environment:live:environment:live',
    'repo:toad/pond:ref:refs/heads/environment:live',
    'repo:toad/pond:environment:live2',
  ])('of a subject that is only like it is refused: %s', async (sub) => {
    expect(await whois(await issuer.sign({ ...github, repository_id: '2', sub }))).toMatchObject({
      status: 401,
      code: 'unauthenticated',
      detail:
        'The issuer, the audience and the time of this token are right, and its claims fit no rule here. The log says ' +
        'which do not.',
    })
  })

  it('may do what its scopes say, and nothing else', async () => {
    const token = await issuer.sign(github)
    expect((await ask(token, '/v1/jobs')).status).toBe(200)
    expect(await readProblem(ask(token, '/v1/schedules'))).toMatchObject({
      status: 403,
      detail: expect.stringContaining('schedules:read'),
    })
  })
})

it('a token of GitLab is known by its project', async () => {
  const gitlab = { sub: 'project_path:toad/pond:ref_type:branch:ref:main', aud: 'gitlab', project_path: 'toad/pond' }
  expect(await whois(await issuer.sign({ ...gitlab, ref_protected: 'true' }))).toMatchObject({
    name: gitlab.sub,
    scopes: ['jobs:read'],
  })
  expect(await whois(await issuer.sign({ ...gitlab, ref_protected: 'false' }))).toMatchObject({ status: 401 })
})

it('a token of a service account is known by claims within a claim, and its issuer is not asked', async () => {
  const sub = 'system:serviceaccount:shop:ci'
  const claims = (namespace: string) => ({
    sub,
    aud: [AUDIENCE, 'https://kubernetes.default.svc'],
    'kubernetes.io': { namespace, pod: { name: 'ci-1', uid: 'p' }, serviceaccount: { name: 'ci', uid: 's' } },
  })
  expect(await whois(await clusterIssuer.sign(claims('shop')))).toMatchObject({ name: sub, scopes: ['jobs:read'] })
  expect(await whois(await clusterIssuer.sign(claims('pond')))).toMatchObject({ status: 401 })
  expect(clusterIssuer.asked).toEqual([])
})

describe('refused, and it is said why:', () => {
  const seconds = () => Math.floor(clock.now() / 1000)
  const cases: [string, () => Promise<string>, string | RegExp][] = [
    [
      'another issuer',
      () => issuer.sign({ ...github, iss: 'https://evil.example' }),
      'No rule here is for tokens of the issuer "https://evil.example".',
    ],
    [
      'the issuer with a slash',
      () => issuer.sign({ ...github, iss: `${issuer.url}/` }),
      /No rule here is for tokens of the issuer/,
    ],
    [
      'another audience',
      () => issuer.sign({ ...github, aud: 'https://github.com/toad' }),
      'No rule for its issuer has the audience of this token, ["https://github.com/toad"].',
    ],
    [
      'no audience',
      () => issuer.sign({ ...github, aud: undefined }),
      'No rule for its issuer has the audience of this token, [].',
    ],
    [
      'an audience that only begins so',
      () => issuer.sign({ ...github, aud: `${AUDIENCE}.evil.example` }),
      /has the audience/,
    ],
    ['what has expired', () => issuer.sign({ ...github, exp: seconds() - 31 }), 'This token has expired.'],
    ['no end', () => issuer.sign({ ...github, exp: undefined }), 'This token has no "exp", which is needed.'],
    ['what is not valid yet', () => issuer.sign({ ...github, nbf: seconds() + 60 }), /^This token is not valid yet/],
    [
      'what is issued in the future',
      () => issuer.sign({ ...github, iat: seconds() + 60 }),
      /^This token is issued in the future/,
    ],
    ['no subject', () => issuer.sign({ ...github, sub: undefined }), 'This token has no "sub", which is needed.'],
    ['an empty subject', () => issuer.sign({ ...github, sub: '' }), /^The subject of this token/],
    ['no such claim', () => issuer.sign({ ...github, repository_id: undefined }), /its claims fit no rule here/],
    ['what tells of events', () => issuer.sign({ ...github, events: { logout: {} } }), /^This token tells of events/],
    [
      'the type of another purpose',
      () => issuer.sign(github, { header: { typ: 'logout+jwt' } }),
      /^The type "logout\+jwt"/,
    ],
  ]
  it.each(cases)('%s', async (_name, sign, detail) => {
    expect(await whois(await sign())).toMatchObject({
      status: 401,
      code: 'unauthenticated',
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    })
  })

  it.each([8.64e12 + 1, 1e300])('one that ends beyond all years ends with the last of four digits: %s', async (exp) => {
    expect(await whois(await issuer.sign({ ...github, exp }))).toMatchObject({ expiresAt: '9999-12-31T23:59:59.999Z' })
  })

  it('clocks may differ by 30 seconds', async () => {
    const token = await issuer.sign({ ...github, iat: seconds() + 20, nbf: seconds() + 20, exp: seconds() - 20 })
    expect(await whois(token)).toMatchObject({ scopes: ['jobs:read', 'jobs:write'] })
  })
})

describe('forged:', () => {
  const claims = () => {
    const seconds = Math.floor(clock.now() / 1000)
    return { iss: issuer.url, iat: seconds, exp: seconds + 300, ...github }
  }
  const own = () => {
    const [key] = issuer.keys
    if (key === undefined) {
      throw new Error('the issuer has no key')
    }
    return key
  }
  const encoded = (value: unknown) => base64url.encode(JSON.stringify(value))
  const raw = (header: unknown, payload: unknown, signature = '') =>
    `${encoded(header)}.${encoded(payload)}.${signature}`
  const withHmac = (secret: string | Uint8Array) => {
    const signed = `${encoded({ alg: 'HS256', kid: 'first' })}.${encoded(claims())}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }
  const cut = (token: string) => token.split('.').slice(0, 2).join('.')

  const forgeries: [string, () => Promise<string> | string][] = [
    ['unsigned, by alg none', () => new UnsecuredJWT(claims()).encode()],
    ['alg None, with a signature', () => raw({ alg: 'None' }, claims(), 'AAAA')],
    ['no alg', () => raw({ kid: 'first' }, claims(), 'AAAA')],
    ['without its signature', async () => `${cut(await issuer.sign(github))}.`],
    [
      'HS256 with the public key as the secret, as PEM',
      async () => withHmac(await exportSPKI((await importJWK(own().jwk, 'ES256')) as PublicKey)),
    ],
    ['HS256 with the public key as the secret, as JSON', () => withHmac(JSON.stringify(own().jwk))],
    ['HS256 with no secret', () => withHmac('')],
    ['signed by another key of the same name', async () => issuer.sign(github, { key: await newKey('first') })],
    ['signed by a key that nobody publishes', async () => issuer.sign(github, { key: await newKey('second') })],
    [
      'the claims exchanged',
      async () => {
        const [header, , signature] = (await issuer.sign({ ...github, repository_id: '2' })).split('.')
        return `${header}.${encoded(claims())}.${signature}`
      },
    ],
    [
      'a key of its own in the header',
      async () => {
        const key = await newKey('own')
        return issuer.sign(github, { key, header: { jwk: key.jwk } })
      },
    ],
    [
      'keys of its own that the header points to',
      async () => {
        const key = await newKey('own')
        return issuer.sign(github, { key, header: { jku: `${issuer.url}/evil`, x5u: `${issuer.url}/evil` } })
      },
    ],
    [
      'a kid that walks the file system',
      async () => issuer.sign(github, { key: await newKey('../../../../dev/null') }),
    ],
    ['a kid that is an address', async () => issuer.sign(github, { key: await newKey(`${issuer.url}/evil`) })],
    ['a kid that is no text', () => raw({ alg: 'ES256', kid: { $ne: 1 } }, claims(), 'AAAA')],
    ['a kid of 8,000 characters', () => raw({ alg: 'ES256', kid: 'x'.repeat(8_000) }, claims(), 'AAAA')],
    [
      'a header that must be understood',
      () =>
        issuer
          .sign(github, { header: { crit: ['exp'], exp: 1 } })
          .catch(() => raw({ alg: 'ES256', kid: 'first', crit: ['x'], x: 1 }, claims(), 'AAAA')),
    ],
    [
      'a payload that is not encoded',
      () => raw({ alg: 'ES256', kid: 'first', b64: false, crit: ['b64'] }, claims(), 'AAAA'),
    ],
    [
      'claims twice, of which one parser takes the first',
      () =>
        `${encoded({ alg: 'ES256', kid: 'first' })}.${base64url.encode(`{"iss":"${issuer.url}","iss":"https://evil.example"}`)}.AAAA`,
    ],
    ['a list in place of claims', () => raw({ alg: 'ES256', kid: 'first' }, [claims()], 'AAAA')],
    ['nothing', () => 'e30.e30.'],
  ]
  it.each(forgeries)('%s is a 401', async (_name, forge) => {
    expect(await whois(await forge())).toMatchObject({ status: 401, code: 'unauthenticated' })
    expect(issuer.asked.filter((path) => path.includes('evil'))).toEqual([])
  })

  it('longer than 12 KiB is a 401, and no signature is looked at', async () => {
    const token = await issuer.sign({ ...github, padding: 'x'.repeat(10_000) })
    expect(token.length).toBeGreaterThan(12 * 1024)
    expect(await whois(token)).toMatchObject({
      status: 401,
      detail: 'This token is longer than 12288 characters.',
    })
  })
})

describe('keys', () => {
  // A Worker's clock that only grows is nobody's to advance
  it.runIf(RUNTIME === 'node')('are exchanged without a restart, and old ones are believed no longer', async () => {
    const before = await issuer.sign(github)
    issuer.keys = [await newKey('exchanged', 'RS256')]
    clock.advance(60_000)
    const after = await issuer.sign(github)
    expect(await whois(after)).toMatchObject({ scopes: ['jobs:read', 'jobs:write'] })
    expect(await whois(before)).toMatchObject({ status: 401 })
  })

  it('of an issuer that is away and was never read make it a 503, and nobody is refused for it', async () => {
    const away = await startIssuer()
    const url = away.url
    const token = await away.sign({ ...github })
    await away.close()
    const other = await startTestPortolan({
      PORTOLAN_AUTH: 'tokens',
      PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN,
      PORTOLAN_JWT_RULES: JSON.stringify([{ issuer: url, audience: AUDIENCE, claims: { ref: '*' }, scopes: ['plan'] }]),
    })
    try {
      const response = await other.call('/v1/whoami', { headers: { authorization: `Bearer ${token}` } })
      expect(response.headers.get('retry-after')).toBe('5')
      expect(await readProblem(response)).toMatchObject({ status: 503, code: 'unavailable' })
      const admin = await other.call('/v1/whoami', { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })
      expect(await admin.json()).toMatchObject({ id: 'admin', scopes: ['admin'] })
    } finally {
      await other.close()
    }
  })
})

it('a key that is broken or too short verifies nothing, and is no fault of this server', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const keys = [
    { ...publicKey.export({ format: 'jwk' }), kid: 'short' },
    { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'broken' },
  ]
  const rule = {
    issuer: 'https://id.example',
    audience: AUDIENCE,
    claims: { ref: '*' },
    scopes: ['plan'],
    keys: { keys },
  }
  const other = await startTestPortolan({
    PORTOLAN_AUTH: 'tokens',
    PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN,
    PORTOLAN_JWT_RULES: JSON.stringify([rule]),
  })
  const claims = { ...github, iss: rule.issuer, exp: Math.floor(Date.now() / 1000) + 300 }
  const signed = (header: object) => {
    const [first, second] = [header, claims].map((part) => base64url.encode(JSON.stringify(part)))
    return `${first}.${second}.${createSign('sha256').update(`${first}.${second}`).sign(privateKey, 'base64url')}`
  }
  const told = async (header: object) =>
    readProblem(other.call('/v1/whoami', { headers: { authorization: `Bearer ${signed(header)}` } }))
  try {
    expect(await told({ alg: 'RS256', kid: 'short' })).toMatchObject({
      ...{ status: 401, detail: 'The key "short" of https://id.example cannot be used for "RS256".' },
    })
    expect(await told({ alg: 'ES256', kid: 'broken' })).toMatchObject({
      ...{ status: 401, detail: 'https://id.example has no key "broken" for "ES256".' },
    })
    expect(other.lines.filter((line) => line.includes('issuer_key_not_usable'))).toHaveLength(2)
  } finally {
    await other.close()
  }
})

it('the log names the claims that do not fit, and holds no token', async () => {
  const token = await issuer.sign({ ...github, repository_id: '2', sub: 'repo:toad/secret-pond:x' })
  await ask(token)
  const lines = api.lines.join('\n')
  expect(lines).toContain('"event":"jwt_fits_no_rule"')
  expect(lines).toContain('"misfits":["repository_id"]')
  for (const part of token.split('.')) {
    expect(lines).not.toContain(part)
  }
})
