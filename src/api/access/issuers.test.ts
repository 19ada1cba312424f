import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newKey, startIssuer, type TestIssuer } from '../../../test/support/issuer.ts'
import { createManualClock, type ManualClock } from '../../../test/support/manual-clock.ts'
import { createLog } from '../../lib/log.ts'
import { askIssuer } from '../../runtime/ask-issuer.ts'
import { createIssuers, type Issuers } from './issuers.ts'

const READS = ['/.well-known/openid-configuration', '/keys']

let issuer: TestIssuer
let clock: ManualClock
let issuers: Issuers

const issuersWith = (sharesAnswers: boolean) =>
  createIssuers({
    port: { fetch: askIssuer, sharesAnswers },
    clock,
    log: createLog('error', () => undefined, Date.now),
  })

beforeEach(async () => {
  issuer = await startIssuer()
  clock = createManualClock(Date.UTC(2026, 0, 1))
  issuers = issuersWith(true)
})
afterEach(() => issuer.close())

/** Tells whether there is a key, or gives the code of the problem. */
const has = async (kid: string, from = issuers): Promise<boolean | string> => {
  try {
    return (await from.keyFor(issuer.url, null, { alg: 'ES256', kid })) !== null
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}
const fails = () => {
  issuer.answer = (_request, response) => {
    response.writeHead(500).end()
    return true
  }
}

describe('keys are read', () => {
  it('once, and kept for an hour', async () => {
    expect(await Promise.all([has('first'), has('first'), has('first')])).toEqual([true, true, true])
    clock.advance(3_599_000)
    expect(await has('first')).toBe(true)
    expect(issuer.asked).toEqual(READS)
    clock.advance(1_000)
    expect(await has('first')).toBe(true)
    expect(issuer.asked).toEqual([...READS, ...READS])
  })

  it('again for a key that is new, and a key that has gone is believed no longer', async () => {
    await has('first')
    issuer.keys = [await newKey('second')]
    clock.advance(30_000)
    expect(await has('second')).toBe(true)
    expect(await has('first')).toBe(false)
    expect(issuer.asked).toEqual([...READS, ...READS])
  })

  it('every 30 seconds at most, whatever keys a flood of tokens names', async () => {
    await has('first')
    for (let second = 0; second < 60; second++) {
      const found = await Promise.all(Array.from({ length: 50 }, (_, nth) => has(`made-up-${second}-${nth}`)))
      expect(new Set(found)).toEqual(new Set([false]))
      expect(await has('first')).toBe(true)
      clock.advance(1_000)
    }
    expect(issuer.asked.filter((path) => path === '/keys')).toHaveLength(2)
  })

  it('where no request may wait for another, 20 times at the first, and then as seldom', async () => {
    const own = issuersWith(false)
    const found = await Promise.all(Array.from({ length: 100 }, () => has('first', own)))
    expect(new Set(found)).toEqual(new Set([true, 'unavailable']))
    expect(issuer.asked.filter((path) => path === '/keys').length).toBeLessThanOrEqual(20)
    const before = issuer.asked.length
    await Promise.all(Array.from({ length: 100 }, () => has('made-up', own)))
    expect(issuer.asked).toHaveLength(before)
  })
})

describe('an issuer that does not answer', () => {
  it('is no reason to refuse a token: nothing is known of it, for now', async () => {
    fails()
    expect(await has('first')).toBe('unavailable')
  })

  it('is left alone for 5 seconds', async () => {
    fails()
    expect(await Promise.all(Array.from({ length: 50 }, () => has('first')))).toEqual(Array(50).fill('unavailable'))
    expect(issuer.asked).toHaveLength(1)
    issuer.answer = null
    clock.advance(4_999)
    expect(await has('first')).toBe('unavailable')
    clock.advance(1)
    expect(await has('first')).toBe(true)
  })

  it('has its keys believed for a day, and those that are not among them are not known', async () => {
    await has('first')
    fails()
    clock.advance(24 * 3_600_000 - 1)
    expect(await has('first')).toBe(true)
    expect(await has('second')).toBe('unavailable')
    clock.advance(1)
    expect(await has('first')).toBe('unavailable')
  })
})

describe('not believed is', () => {
  it.each([
    ['a redirect', 302, { location: 'http://127.0.0.1:1/' }, '{}'],
    ['another issuer', 200, {}, '{"issuer": "http://127.0.0.1:1", "jwks_uri": "http://127.0.0.1:1/keys"}'],
    ['what is no object', 200, {}, '[]'],
    ['what is no JSON', 200, {}, '<html>'],
    ['what does not end', 200, {}, JSON.stringify({ x: 'x'.repeat(600_000) })],
  ])('%s in place of the discovery document', async (_name, status, headers, body) => {
    issuer.answer = (_request, response) => {
      response.writeHead(status, headers).end(body)
      return true
    }
    expect(await has('first')).toBe('unavailable')
    expect(issuer.asked).toEqual(READS.slice(0, 1))
  })

  it.each(['http://192.0.2.1/keys', 'ftp://127.0.0.1/keys', '/keys', 7])('keys at %s', async (jwks_uri) => {
    issuer.answer = (_request, response) => {
      response.writeHead(200).end(JSON.stringify({ issuer: issuer.url, jwks_uri }))
      return true
    }
    expect(await has('first')).toBe('unavailable')
    expect(issuer.asked).toEqual(READS.slice(0, 1))
  })

  it('a secret among the keys, which does not keep the others from being used', async () => {
    const [own] = issuer.keys
    issuer.answer = ({ url }, response) => {
      if (url !== '/keys') {
        return false
      }
      response
        .writeHead(200)
        .end(JSON.stringify({ keys: [{ kty: 'oct', kid: 'shared', k: 'c2VjcmV0' }, null, own?.jwk] }))
      return true
    }
    expect(await has('first')).toBe(true)
    expect(await issuers.keyFor(issuer.url, null, { alg: 'HS256', kid: 'shared' })).toBe(null)
  })
})

it('for the keys of a rule nobody is asked', async () => {
  const keys = { keys: issuer.keys.map(({ jwk }) => jwk as Record<string, unknown>) }
  expect(await issuers.keyFor(issuer.url, keys, { alg: 'ES256', kid: 'first' })).not.toBe(null)
  expect(await issuers.keyFor(issuer.url, keys, { alg: 'ES256', kid: 'second' })).toBe(null)
  expect(issuer.asked).toEqual([])
})
