import { describe, expect, it } from 'vitest'
import { createOwnListeners, NOWHERE, type OwnAddresses } from './own-listener.ts'
import { createPolicy, liftOf } from './policy.ts'

const INTERFACES = ['127.0.0.1', '10.1.0.5', '::1', 'fd00:1::5', 'fe80::5']
const listening = (address: string, over: Partial<OwnAddresses> = {}) =>
  createOwnListeners({ ...NOWHERE, listeners: [{ address, port: 8080 }], ...over }, () => INTERFACES)

describe('an own listener', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', 8080, true],
    ['127.0.0.1', '127.0.0.1', 8081, false],
    ['127.0.0.1', '127.0.0.2', 8080, false],
    ['127.0.0.1', '10.1.0.5', 8080, false],
    // The system takes the unspecified address for loopback
    ['127.0.0.1', '0.0.0.0', 8080, true],
    ['::1', '::', 8080, true],
    ['127.0.0.1', '::ffff:127.0.0.1', 8080, true],
    ['127.0.0.1', '64:ff9b::7f00:1', 8080, true],
    ['127.0.0.1', '2130706433', 8080, true],
    ['10.1.0.5', '10.1.0.5', 8080, true],
    ['10.1.0.5', '127.0.0.1', 8080, false],
    ['0.0.0.0', '10.1.0.5', 8080, true],
    ['0.0.0.0', '127.9.9.9', 8080, true],
    ['0.0.0.0', '0.0.0.0', 8080, true],
    ['0.0.0.0', '10.1.0.6', 8080, false],
    ['::', '::ffff:10.1.0.5', 8080, true],
    ['::', 'fd00:1::5', 8080, true],
    ['::', 'FD00:1:0:0::5', 8080, true],
    ['::', 'fe80::5%eth0', 8080, true],
    ['::', 'fd00:1::6', 8080, false],
    ['0.0.0.0', 'toad.example', 8080, false],
  ])('on %s is at %s, port %i: %s', (bound, address, port, expected) => {
    expect(listening(bound).isAt(address, port)).toBe(expected)
  })

  it('is at the Services in front of it, and at an address that it is publicly known by', () => {
    const own = listening('10.1.0.5', {
      fronts: [{ address: '10.96.0.50', port: 80 }],
      publicUrl: 'http://203.0.113.7',
    })
    const asked = ['10.96.0.50', '203.0.113.7', '203.0.113.8'].map((address) => own.isAt(address, 80))
    expect([asked, own.isAt('10.96.0.50', 81)]).toEqual([[true, true, false], false])
  })

  it.each([
    ['portolan.example', 443, true],
    ['Portolan.Example.', 443, true],
    ['portolan.example', 80, true],
    ['portolan.example', 8443, false],
    ['shop.example', 443, false],
  ])('is known by its public name: %s, port %i: %s', (host, port, expected) => {
    expect(listening('10.1.0.5', { publicUrl: 'https://portolan.example' }).isNamed(host, port)).toBe(expected)
  })

  it('is dialled by nobody, whatever the operator allows, and its neighbours on other ports are', () => {
    const policy = createPolicy({ allow: ['0.0.0.0/0', '::/0'], deny: [], own: listening('127.0.0.1') })
    expect(policy.check('127.0.0.1', 8080)).toEqual({
      allowed: false,
      reason: "127.0.0.1:8080 is Portolan's own listener",
    })
    expect(policy.check('127.0.0.1', 8081)).toEqual({ allowed: true })
    expect(liftOf("127.0.0.1:8080 is Portolan's own listener")).toBe(
      'nothing lifts that: ask /livez and /readyz from elsewhere whether Portolan answers',
    )
  })

  it('is known as soon as it is listened on', () => {
    const data = { ...NOWHERE, listeners: [] as OwnAddresses['listeners'] }
    const own = createOwnListeners(data)
    const before = own.isAt('127.0.0.1', 4711)
    data.listeners = [{ address: '127.0.0.1', port: 4711 }]
    expect([before, own.isAt('127.0.0.1', 4711)]).toEqual([false, true])
  })
})
