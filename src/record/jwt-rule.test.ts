import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { audiencesOf, type JwtRule, misfits, patternFits } from './jwt-rule.ts'
import { UNBOUNDED } from './principal.ts'

const ruleOf = (claims: Record<string, string | string[]>): JwtRule => ({
  issuer: 'https://id.example',
  audience: 'portolan',
  claims: Object.fromEntries(Object.entries(claims).map(([name, each]) => [name, [each].flat()])),
  keys: null,
  tokenReview: null,
  grant: { ...UNBOUNDED, scopes: new Set(['plan']) },
})

describe('a pattern', () => {
  it.each([
    ['repo:toad/pond:ref:refs/heads/main', 'repo:toad/pond:ref:refs/heads/main'],
    ['repo:toad/*:ref:refs/heads/main', 'repo:toad/pond:ref:refs/heads/main'],
    ['repo:toad/pond:ref:refs/heads/*', 'repo:toad/pond:ref:refs/heads/feature/x'],
    ['repo:toad@123/pond@456:*:*', 'repo:toad@123/pond@456:ref:refs/heads/main'],
    ['*', 'anything'],
    ['a*b*c', 'abc'],
    ['a*b*c', 'a--bb--c'],
    ['**', 'x'],
  ])('%s fits %s', (pattern, text) => {
    expect(patternFits(pattern, text)).toBe(true)
  })

  it.each([
    ['repo:toad/pond:*', 'repo:toad/pond:ref:refs/heads/main'],
    ['repo:toad/*', 'repo:toad/pond:pull_request'],
    ['repo:toad/*:ref:refs/heads/main', 'repo:toad/pond:environment:x:ref:refs/heads/main'],
    ['repo:toad/pond:ref:refs/heads/main', 'repo:toad/pond:ref:refs/heads/main2'],
    ['repo:toad/pond', 'repo:Toad/pond'],
    ['*', 'a:b'],
    ['aba*aba', 'aba'],
    ['a*bc*c', 'abc'],
    ['a.c', 'abc'],
  ])('%s does not fit %s', (pattern, text) => {
    expect(patternFits(pattern, text)).toBe(false)
  })

  it('never lets * cross a colon, wherever it stands and whatever stands for it', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/', '@'), maxLength: 6 })
    const run = fc.string({ unit: fc.constantFrom('a', 'b', '/', '@'), maxLength: 6 })
    fc.assert(
      fc.property(fc.array(plain, { minLength: 2, maxLength: 5 }), run, run, fc.nat(), (parts, left, right, nth) => {
        const filled = (by: (star: number) => string) =>
          parts.map((part, star) => (star === 0 ? part : `${by(star)}${part}`)).join('')
        const pattern = filled(() => '*')
        const crossed = 1 + (nth % (parts.length - 1))
        expect(
          patternFits(
            pattern,
            filled(() => left),
          ),
        ).toBe(true)
        expect(
          patternFits(
            pattern,
            filled((star) => (star === crossed ? `${left}:${right}` : left)),
          ),
        ).toBe(false)
      }),
      { numRuns: 5000 },
    )
  })

  it('fits what a regular expression with [^:]* fits, and nothing else', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/'), maxLength: 8 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*'), maxLength: 6 })
    fc.assert(
      fc.property(pattern, text, (wanted, found) => {
        expect(patternFits(wanted, found)).toBe(new RegExp(`^${wanted.replaceAll('*', '[^:]*')}$`).test(found))
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('a claim', () => {
  const KUBERNETES = {
    'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'ci', uid: '8a5d' } },
    'https://id.example/groups': ['staff', 'on-call'],
  }

  it.each([
    [{ repository_id: '456' }, { repository_id: '456' }],
    [{ repository_id: '456' }, { repository_id: 456 }],
    [{ verified: 'true' }, { verified: true }],
    [{ groups: 'on-*' }, { groups: ['staff', 'on-call'] }],
    [{ ref: ['refs/heads/main', 'refs/tags/*'] }, { ref: 'refs/tags/v1' }],
    [{ '/kubernetes.io/serviceaccount/name': 'ci', '/kubernetes.io/namespace': 'shop' }, KUBERNETES],
    [{ 'https://id.example/groups': 'staff' }, KUBERNETES],
    [{ '/https:~1~1id.example~1groups': 'staff' }, KUBERNETES],
  ])('that is wanted as %j fits in %j', (wanted, claims) => {
    expect(misfits(ruleOf(wanted), claims)).toEqual([])
  })

  it.each([
    [{ repository_id: '*' }, {}],
    [{ repository_id: '*' }, { repository_id: null }],
    [{ environment: '*' }, { environment: '' }],
    [{ groups: '*' }, { groups: [] }],
    [{ groups: 'staff' }, { groups: { staff: true } }],
    [{ groups: 'staff' }, { groups: [['staff']] }],
    [{ id: '1152921504606846976' }, { id: 2 ** 60 }],
    [{ id: '0.5' }, { id: 0.5 }],
    [{ constructor: '*' }, {}],
    [{ '/__proto__/constructor': '*' }, {}],
    [{ '/groups/0': 'staff' }, { groups: ['staff'] }],
    [{ 'kubernetes.io.namespace': 'shop' }, KUBERNETES],
  ])('that is wanted as %j does not fit in %j', (wanted, claims) => {
    expect(misfits(ruleOf(wanted), claims)).toEqual(Object.keys(wanted))
  })

  it('fits with all the others or the rule does not', () => {
    const rule = ruleOf({ repository_id: '456', ref: 'refs/heads/main' })
    expect(misfits(rule, { repository_id: '456', ref: 'refs/heads/evil' })).toEqual(['ref'])
  })
})

it('audiences are one or a list, of texts', () => {
  expect([{ aud: 'a' }, { aud: ['a', 1, 'b'] }, {}].map(audiencesOf)).toEqual([['a'], ['a', 'b'], []])
})
