import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPolicy, liftOf, narrowedPolicy } from './policy.ts'

const defaults = createPolicy({ allow: [], deny: [] })
const allowed = (address: string, policy = defaults) => policy.check(address, null).allowed

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
    // A local NAT64 may have a prefix of 48, 56 or 64 bits, and what follows the address is read by nobody
    ['64:ff9b:1:a9fe:a9:fe00:808:808', 'a cloud metadata service'],
    ['64:ff9b:1:a9:fe:a9fe:808:808', 'a cloud metadata service'],
    ['64:ff9b:1:5:7f:0:108:808', 'loopback (RFC 1122 3.2.1.3)'],
    ['64:ff9b:1::', 'unspecified (RFC 791 3.2)'],
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
    expect(defaults.check(address, null)).toEqual({ allowed: false, reason: `${address} is ${reason}` })
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
    '64:ff9b:1:808:8:800::',
    '64:ff9b:1:5::808:808',
    '2001:0:808:808:8000:63bf:f7f7:f7f7',
    '2001:1::7f00:1',
    '::ffff:10.0.0.1',
  ])('dials %s, where clusters and the public live', (address) =>
    expect(defaults.check(address, null)).toEqual({ allowed: true }),
  )

  it.each(['', 'toad.example', '10.0.0.256', '10.0.0.1:80', 'http://10.0.0.1'])(
    'does not dial %j, which is no address',
    (text) => {
      expect(defaults.check(text, null)).toEqual({ allowed: false, reason: `${text} is not an IP address` })
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

  it.each([
    ['::/0', '::ffff:169.254.169.254'],
    ['::/0', '::ffff:7f00:1'],
    ['::/0', '64:ff9b::169.254.169.254'],
    ['::/0', '2002:a9fe:a9fe::1'],
    ['64:ff9b::/96', '64:ff9b::127.0.0.1'],
    ['64:ff9b:1::/48', '64:ff9b:1:a9fe:a9:fe00:808:808'],
    ['2002::/16', '2002:7f00:1::'],
    // Whoever writes it chooses what the other half carries
    ['127.0.0.0/8', '2001:0:7f00:1::5601:5601'],
    ['127.0.0.0/8', '2001:0:a9fe:a9fe::80ff:fffe'],
  ])('lift by %s nothing of %s, which leads to what it does not name', (cidr, address) => {
    expect(createPolicy({ allow: [cidr], deny: [] }).explain(address, 80)).toMatchObject({
      allowed: false,
      rule: 'default_range',
    })
  })

  it.each([
    ['::/0', '::1'],
    ['::1/128', '::1%lo'],
    ['::/0', 'fd00:ec2::254'],
    ['::/0', '64:ff9b::8.8.8.8'],
    ['127.0.0.0/8', '64:ff9b::127.0.0.1'],
    ['127.0.0.0/8', '2002:7f00:1::'],
    ['127.0.0.0/8', '64:ff9b:1:7f00:0:100::'],
  ])('lift by %s what it names: %s', (cidr, address) => {
    expect(createPolicy({ allow: [cidr], deny: [] }).check(address, 80)).toEqual({ allowed: true })
  })

  it('let a denial win over everything', () => {
    const policy = createPolicy({ allow: ['127.0.0.0/8', '10.0.0.0/8'], deny: ['127.0.0.0/30', '10.0.0.1/32'] })
    expect([allowed('127.0.0.1', policy), allowed('127.0.0.5', policy)]).toEqual([false, true])
    expect([allowed('10.0.0.1', policy), allowed('::ffff:10.0.0.1', policy), allowed('10.0.0.2', policy)]).toEqual([
      false,
      false,
      true,
    ])
    expect(policy.check('10.0.0.1', null)).toEqual({
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
    const found = policy.check(denied, null)
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

describe('ports of mail', () => {
  const policy = createPolicy({ allow: ['203.0.113.7/32'], deny: [] })

  it.each([
    ['8.8.8.8', 25, false],
    ['2606:4700::1', 465, false],
    ['64:ff9b::808:808', 587, false],
    ['2002:808:808::1', 25, false],
    ['203.0.113.8', 25, false],
    // Not of mail, not public, carried and not public, named by the operator
    ['8.8.8.8', 443, true],
    ['10.0.0.1', 25, true],
    ['100.64.0.1', 25, true],
    ['fd00::1', 587, true],
    ['::ffff:10.0.0.1', 25, true],
    ['64:ff9b::10.0.0.1', 25, true],
    ['203.0.113.7', 25, true],
  ])('%s, port %i: dialled %s', (address, port, expected) => {
    expect(policy.check(address, port).allowed).toBe(expected)
  })

  it('are told with the setting that names them, and with what lifts that', () => {
    const found = policy.explain('8.8.8.8', 25)
    expect(found).toEqual({
      allowed: false,
      rule: 'deny_port',
      entry: '25',
      reason: '8.8.8.8 is a public address, whose port 25 is denied by PORTOLAN_EGRESS_DENY_PORTS',
      forms: ['8.8.8.8'],
    })
    expect(liftOf(found.reason)).toBe(
      'an entry of PORTOLAN_EGRESS_ALLOW that covers the address can lift that, or PORTOLAN_EGRESS_DENY_PORTS without the port',
    )
  })

  it('are others where the operator says so, and none where that is what is said', () => {
    const ports = (denyPorts: readonly number[]) => createPolicy({ allow: [], deny: [], denyPorts })
    expect([25, 22].map((port) => ports([22]).check('8.8.8.8', port).allowed)).toEqual([true, false])
    expect(ports([]).check('8.8.8.8', 25)).toEqual({ allowed: true })
  })
})

describe('a caller who is narrowed', () => {
  const narrowed = (...egressOnly: string[]) =>
    narrowedPolicy(createPolicy({ allow: ['127.0.0.1/32'], deny: [] }), egressOnly)

  it.each([
    [['10.0.0.0/8'], '10.1.2.3', true],
    [['10.0.0.0/8'], '11.1.2.3', false],
    [['10.0.0.0/8'], 'fd00::1', false],
    [['10.0.0.0/8'], '::ffff:10.1.2.3', true],
    [['10.0.0.0/8'], '::ffff:11.1.2.3', false],
    [['::ffff:10.0.0.0/104'], '10.1.2.3', true],
    // An address that carries another (NAT64, 6to4) is inside if both of them are
    [['10.0.0.0/8'], '64:ff9b::10.1.2.3', false],
    [['64:ff9b::/96'], '64:ff9b::10.1.2.3', false],
    [['64:ff9b::/96', '10.0.0.0/8'], '64:ff9b::10.1.2.3', true],
    [['::/0', '10.0.0.0/8'], '64:ff9b::203.0.113.9', false],
    [['::/0', '10.0.0.0/8'], '2002:cb00:7109::1', false],
    [['2001:db8::/32'], '2001:db8::7', true],
    [['10.0.0.0/8'], '167838211', true],
    [['10.0.0.0/8'], '0xb010203', false],
    [[], '10.1.2.3', false],
    // An address that the server denies stays denied, and its exceptions do not widen what the caller is narrowed to
    [['0.0.0.0/0', '::/0'], '169.254.169.254', false],
    [['127.0.0.0/8'], '127.0.0.1', true],
    [['127.0.0.0/8'], '127.0.0.2', false],
    [['127.0.0.2/32'], '127.0.0.2', false],
    [['10.0.0.0/8'], '127.0.0.1', false],
  ])('to %j dials %s: %s', (egressOnly, address, expected) => {
    expect(narrowed(...egressOnly).check(address, 80).allowed).toBe(expected)
  })

  it('is told so, and that no setting widens it', () => {
    const { reason, rule, entry } = narrowed('10.0.0.0/8').explain('11.1.2.3', 80)
    expect([reason, rule, entry]).toEqual(['11.1.2.3 is outside egressOnly', 'egress_only', '10.0.0.0/8'])
    expect(liftOf(reason)).toBe(
      'the caller is narrowed to egressOnly, which no setting widens: ask with a token that has other ranges',
    )
  })

  it('never dials more than the server, whatever it is narrowed to', () => {
    const cidrs = fc.array(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([base, bits]) => `${base}/${bits}`),
    )
    const server = createPolicy({ allow: ['127.0.0.0/9'], deny: ['10.0.0.0/9'] })
    fc.assert(
      fc.property(
        fc.oneof(ipv4, fc.ipV6()),
        cidrs,
        fc.integer({ min: 1, max: 65_535 }),
        (address, egressOnly, port) => {
          const own = narrowedPolicy(server, egressOnly).check(address, port).allowed
          return !own || server.check(address, port).allowed
        },
      ),
    )
  })
})
