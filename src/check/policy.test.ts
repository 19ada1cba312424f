import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPolicy, liftOf } from './policy.ts'

const defaults = createPolicy({ allow: [], deny: [] })
const allowed = (address: string, policy = defaults) => policy.check(address).allowed

describe('the policy without settings', () => {
  it.each([
    ['127.0.0.1', 'loopback (RFC 1122 3.2.1.3)'],
    ['127.255.255.254', 'loopback (RFC 1122 3.2.1.3)'],
    ['0.0.0.0', 'unspecified (RFC 791 3.2)'],
    ['0.1.2.3', 'unspecified (RFC 791 3.2)'],
    ['169.254.1.1', 'link-local (RFC 3927)'],
    ['169.254.169.254', 'a cloud metadata service'],
    ['169.254.170.2', 'a cloud metadata service (ECS credentials)'],
    ['168.63.129.16', 'a cloud metadata service (Azure wire server)'],
    ['100.100.100.200', 'a cloud metadata service (Alibaba)'],
    ['192.0.0.192', 'a cloud metadata service (Oracle)'],
    ['224.0.0.1', 'multicast (RFC 5771)'],
    ['255.255.255.255', 'broadcast (RFC 919)'],
    ['240.0.0.1', 'reserved (RFC 1112 4)'],
    ['::', 'unspecified (RFC 4291 2.5.2)'],
    ['::1', 'loopback (RFC 4291 2.5.3)'],
    ['fe80::1', 'link-local (RFC 4291 2.5.6)'],
    ['fe80::1%eth0', 'link-local (RFC 4291 2.5.6)'],
    ['ff02::1', 'multicast (RFC 4291 2.7)'],
    ['fd00:ec2::254', 'a cloud metadata service (EC2)'],
    // An IPv4 address in disguise
    ['::ffff:127.0.0.1', 'loopback (RFC 1122 3.2.1.3)'],
    ['::ffff:a9fe:a9fe', 'a cloud metadata service'],
    ['::127.0.0.1', 'loopback (RFC 1122 3.2.1.3)'],
    ['64:ff9b::169.254.169.254', 'a cloud metadata service'],
    ['64:ff9b:1::7f00:1', 'loopback (RFC 1122 3.2.1.3)'],
    ['2002:7f00:1::', 'loopback (RFC 1122 3.2.1.3)'],
    ['2002:a9fe:a9fe::1', 'a cloud metadata service'],
    // Teredo: the server, and the client with its bits inverted
    ['2001:0:a9fe:a9fe::1', 'a cloud metadata service'],
    ['2001::8000:0:80ff:fffe', 'unspecified (RFC 791 3.2)'],
    ['2001:0:808:808:8000:63bf:80ff:fffe', 'loopback (RFC 1122 3.2.1.3)'],
    ['2001:0:808:808:0:0:5601:5601', 'a cloud metadata service'],
    // Spellings that inet_aton takes
    ['2130706433', 'loopback (RFC 1122 3.2.1.3)'],
    ['0x7f.1', 'loopback (RFC 1122 3.2.1.3)'],
    ['0177.0.0.1', 'loopback (RFC 1122 3.2.1.3)'],
  ])('does not dial %s: %s', (address, reason) => {
    expect(defaults.check(address)).toEqual({ allowed: false, reason: `${address} is ${reason}` })
  })

  it.each([
    '10.96.0.7',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '8.8.8.8',
    'fd00::7',
    '2001:db8::1',
    '64:ff9b::8.8.8.8',
    '64:ff9b:1::808:808',
    '2001:0:808:808:8000:63bf:f7f7:f7f7',
    '2001:1::7f00:1',
    '::ffff:10.0.0.1',
  ])('dials %s, where clusters and the public live', (address) =>
    expect(defaults.check(address)).toEqual({ allowed: true }),
  )

  it.each(['', 'toad.example', '10.0.0.256', '10.0.0.1:80', 'http://10.0.0.1'])(
    'does not dial %j, which is no address',
    (text) => {
      expect(defaults.check(text)).toEqual({ allowed: false, reason: `${text} is not an IP address` })
    },
  )
})

describe('settings', () => {
  it('lift default denials, the embedded forms with them, and nothing else', () => {
    const policy = createPolicy({ allow: ['127.0.0.0/8'], deny: [] })
    expect(allowed('127.0.0.1', policy)).toBe(true)
    expect(allowed('::ffff:127.0.0.1', policy)).toBe(true)
    expect(allowed('::1', policy)).toBe(false)
    expect(allowed('169.254.169.254', policy)).toBe(false)
    expect(allowed('10.0.0.1', policy)).toBe(true)
  })

  it('let a denial win over everything', () => {
    const policy = createPolicy({ allow: ['127.0.0.0/8', '10.0.0.0/8'], deny: ['127.0.0.0/30', '10.0.0.1/32'] })
    expect([allowed('127.0.0.1', policy), allowed('127.0.0.5', policy)]).toEqual([false, true])
    expect([allowed('10.0.0.1', policy), allowed('::ffff:10.0.0.1', policy), allowed('10.0.0.2', policy)]).toEqual([
      false,
      false,
      true,
    ])
    expect(policy.check('10.0.0.1')).toEqual({
      allowed: false,
      reason: '10.0.0.1 is denied by the entry 10.0.0.1/32 of PORTOLAN_EGRESS_DENY',
    })
  })

  it.each([
    ['::ffff:10.0.0.0/104', '10.1.2.3', '11.0.0.1'],
    ['::ffff:a00:0/104', '10.1.2.3', '11.0.0.1'],
    ['::ffff:0:0/96', '8.8.8.8', '2001:db8::1'],
    ['0:0:0:0:0:ffff:10.1.2.3/128', '::ffff:a01:203', '10.1.2.4'],
    ['10.1.2.3/8', '10.255.0.1', '11.0.0.1'],
    ['10.0.0.0/8', '64:ff9b::a01:203', '64:ff9b::b01:203'],
    ['10.0.0.0/8', '2002:a01:203::1', '2002:b01:203::1'],
    ['64:ff9b::/96', '64:ff9b::b01:203', '11.1.2.3'],
    ['10.0.0.0/8', '2001:0:808:808::f5fe:fdfc', '2001:0:808:808::f4fe:fdfc'],
    ['2001::/32', '2001:0:808:808::f5fe:fdfc', '10.1.2.3'],
    ['::/0', '2001:db8::1', '10.0.0.1'],
    ['0.0.0.0/0', '::ffff:b01:203', '2001:db8::1'],
  ])('deny by %s what it says: %s, and not %s', (cidr, denied, other) => {
    const policy = createPolicy({ allow: [], deny: [cidr] })
    const found = policy.check(denied)
    expect([found, allowed(other, policy)]).toEqual([
      { allowed: false, reason: `${denied} is denied by the entry ${cidr} of PORTOLAN_EGRESS_DENY` },
      true,
    ])
    expect(liftOf(found.allowed ? '' : found.reason)).toBe(
      'PORTOLAN_EGRESS_DENY wins over PORTOLAN_EGRESS_ALLOW: take the entry out of it',
    )
    const loopback = createPolicy({ allow: ['::ffff:127.0.0.0/104'], deny: [] })
    expect([allowed('127.0.0.1', loopback), allowed('::1', loopback)]).toEqual([true, false])
  })

  it('refuse a range that is none', () => {
    expect(() => createPolicy({ allow: ['10.0.0.0/99'], deny: [] })).toThrow()
  })
})

const ipv4 = fc.ipV4()
const hex = (address: string) => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)] as const
}

describe('every address', () => {
  it('is judged as the IPv4 address that it carries', () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        const [high, low] = hex(address)
        const forms = [
          `::ffff:${address}`,
          `64:ff9b::${high}:${low}`,
          `2002:${high}:${low}::`,
          `::ffff:0:${high}:${low}`,
        ]
        expect(forms.map((form) => allowed(form))).toEqual(forms.map(() => allowed(address)))
      }),
    )
  })

  it('is dialled with everything allowed, and not with everything denied', () => {
    const all = ['0.0.0.0/0', '::/0']
    const open = createPolicy({ allow: all, deny: [] })
    const shut = createPolicy({ allow: all, deny: all })
    fc.assert(
      fc.property(fc.oneof(ipv4, fc.ipV6()), (address) => {
        expect([allowed(address, open), allowed(address, shut)]).toEqual([true, false])
      }),
    )
  })
})
