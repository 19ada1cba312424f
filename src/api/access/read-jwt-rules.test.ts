import { expect, it } from 'vitest'
import { readSettings } from '../../runtime/config.ts'
import { unreadReviews } from './read-jwt-rules.ts'

const GITHUB = {
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'https://portolan.example',
  claims: { repository_id: '456', ref: ['refs/heads/main', 'refs/tags/*'] },
  scopes: ['jobs:write', 'jobs:read'],
}

const read = (rules: unknown) => readSettings({ PORTOLAN_JWT_RULES: JSON.stringify(rules) }).PORTOLAN_JWT_RULES
const wrong = (rules: unknown) => {
  try {
    return read(rules)
  } catch (error) {
    return String(error)
  }
}

it('a rule is read, and what it leaves out narrows nothing but manifests', () => {
  expect(read([{ ...GITHUB, namespaces: ['shop'], rateLimit: { requestsPerMinute: 60 } }])).toEqual([
    {
      issuer: GITHUB.issuer,
      audience: GITHUB.audience,
      claims: { repository_id: ['456'], ref: ['refs/heads/main', 'refs/tags/*'] },
      keys: null,
      tokenReview: null,
      grant: {
        scopes: new Set(['jobs:write', 'jobs:read']),
        namespaces: ['shop'],
        clusters: null,
        manifests: false,
        egressOnly: null,
        rateLimit: { requestsPerMinute: 60, jobsUnderWay: null, triesPerMinute: null },
      },
    },
  ])
})

it.each([
  ['nonsense', 'expected a JSON list of rules like'],
  [[GITHUB, { ...GITHUB, audience: undefined }], 'rule 2: audience: '],
  [[{ ...GITHUB, issuer: 'http://id.example' }], 'rule 1: issuer: expected a URL like https:'],
  [[{ ...GITHUB, issuer: 'https://id.example?x=1' }], 'rule 1: issuer: expected'],
  [[{ ...GITHUB, claims: {} }], 'rule 1: claims: expected one claim at least'],
  [[{ ...GITHUB, claims: { repository_id: 456 } }], 'rule 1: claims.repository_id: expected a text'],
  [[{ ...GITHUB, scopes: ['everything'] }], 'rule 1: scopes.0: expected one of plan, '],
  [[{ ...GITHUB, scopes: [] }], 'rule 1: scopes: '],
  [[{ ...GITHUB, namespaces: ['Shop'] }], 'rule 1: namespaces.0: expected names of namespaces'],
  [[{ ...GITHUB, namespaces: [] }], 'rule 1: namespaces: '],
  [[{ ...GITHUB, egressOnly: ['10.0.0.0'.replace('.0', '.x')] }], 'rule 1: egressOnly.0: expected CIDRs'],
  [[{ ...GITHUB, namespaces: ['shop'], manifests: true }], 'rule 1: manifests: posted manifests can name any address'],
  [[{ ...GITHUB, namespace: 'shop' }], 'rule 1: there is no namespace'],
  [[{ ...GITHUB, keys: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }], 'rule 1: keys.keys.0.kty: expected a public key'],
  [[{ ...GITHUB, keys: { keys: [{ kty: 'RSA', d: 'x' }] } }], 'rule 1: keys.keys: expected keys with n and e'],
  [
    [{ ...GITHUB, keys: { keys: [{ kty: 'RSA', n: 'x', e: 'AQAB', d: 'x' }] } }],
    'rule 1: keys.keys: expected public keys',
  ],
  [[{ ...GITHUB, keys: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x' }] } }], 'rule 1: keys.keys: expected keys with'],
  [[{ ...GITHUB, claims: { 'on\ntwo lines': 1 } }], 'rule 1: claims.on?two lines: expected a text'],
  [[{ ...GITHUB, tokenReview: '' }], 'rule 1: tokenReview: expected the name of a cluster'],
  [
    [{ ...GITHUB, tokenReview: 'prod', keys: { keys: [{ kty: 'RSA', n: 'x', e: 'AQAB' }] } }],
    'rule 1: tokenReview: expected either this or',
  ],
  [
    [GITHUB, { ...GITHUB, tokenReview: 'prod' }],
    'rule 2: tokenReview: expected as in rule 1, which has the same issuer',
  ],
])('%j is refused at the start, and it is said where: %s', (rules, message) => {
  expect(wrong(rules)).toContain(`PORTOLAN_JWT_RULES: ${message}`)
})

const LOGIN = {
  PORTOLAN_JWT_RULES: JSON.stringify([{ ...GITHUB, issuer: 'https://id.example', audience: 'portolan' }]),
  PORTOLAN_OIDC_ISSUER: 'https://id.example',
  PORTOLAN_OIDC_CLIENT_ID: 'portolan',
  PORTOLAN_OIDC_CLIENT_SECRET: 'the-secret-of-the-test',
}

it('no cluster is asked about tokens that is not read', () => {
  const rules = JSON.stringify([GITHUB, { ...GITHUB, issuer: 'https://cluster.example', tokenReview: 'prod' }])
  const settings = readSettings({ PORTOLAN_JWT_RULES: rules }).PORTOLAN_JWT_RULES
  expect(unreadReviews(settings, ['east', 'prod'])).toBeNull()
  expect(unreadReviews(settings, ['east', 'west'])).toBe(
    'PORTOLAN_JWT_RULES: rule 2: tokenReview: expected one of the clusters that this server reads, east, west',
  )
})

it('nobody logs in by an issuer whose tokens a cluster is asked about', () => {
  const rules = [{ ...GITHUB, issuer: 'https://id.example', audience: 'portolan', tokenReview: 'prod' }]
  expect(() => readSettings({ ...LOGIN, PORTOLAN_JWT_RULES: JSON.stringify(rules) })).toThrow(
    'PORTOLAN_OIDC_ISSUER: expected a rule in PORTOLAN_JWT_RULES',
  )
})

it('a login is whole, and some rule says who may', () => {
  expect(() => readSettings(LOGIN)).not.toThrow()
  expect(() => readSettings({ ...LOGIN, PORTOLAN_OIDC_CLIENT_SECRET: '' })).toThrow(
    'PORTOLAN_OIDC_CLIENT_SECRET: expected beside the other two',
  )
  expect(() => readSettings({ ...LOGIN, PORTOLAN_OIDC_CLIENT_ID: 'other' })).toThrow(
    'PORTOLAN_OIDC_ISSUER: expected a rule in PORTOLAN_JWT_RULES',
  )
  expect(() => readSettings({ ...LOGIN, PORTOLAN_OIDC_SCOPES: 'email' })).toThrow('expected openid among them')
})

it('no message shows the secret of the client', () => {
  expect(() => readSettings({ ...LOGIN, PORTOLAN_OIDC_CLIENT_SECRET: 'short x' })).toThrow(
    /^PORTOLAN_OIDC_CLIENT_SECRET: expected 8 to 1000 visible characters$/,
  )
})
