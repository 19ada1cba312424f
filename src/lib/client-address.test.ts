import { describe, expect, it } from 'vitest'
import { clientAddressOf, clientGroup, trustedProxies } from './client-address.ts'

const isTrusted = trustedProxies(['10.0.0.0/8', '192.0.2.7/32', 'fd00::/8'])

describe('clientAddressOf', () => {
  it.each([
    ['nobody is in between', '203.0.113.5', undefined, '203.0.113.5'],
    ['an untrusted peer makes up a header', '203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['a trusted proxy says whom it has heard', '10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['the client has written hops of its own', '10.0.0.1', '1.1.1.1, 127.0.0.1, 203.0.113.5', '203.0.113.5'],
    ['the client claims to be a trusted proxy', '10.0.0.1', '10.9.9.9, 203.0.113.5', '203.0.113.5'],
    ['two proxies stand in a row', '10.0.0.1', '1.1.1.1, 203.0.113.5, 192.0.2.7', '203.0.113.5'],
    ['every hop is trusted', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['a trusted proxy says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['the header is empty', '10.0.0.1', '', '10.0.0.1'],
    ['the last hop is empty', '10.0.0.1', '203.0.113.5,', '10.0.0.1'],
    ['a hop is no address', '10.0.0.1', '203.0.113.5, unknown', '10.0.0.1'],
    ['a hop is hidden (RFC 7239 6.3)', '10.0.0.1', '203.0.113.5, _hidden', '10.0.0.1'],
    ['a hop is a name', '10.0.0.1', 'client.example', '10.0.0.1'],
    ['a hop is half an address', '10.0.0.1', '10.1', '10.0.0.1'],
    ['a hop is an octal address', '10.0.0.1', '0203.0.0113.5', '10.0.0.1'],
    ['a hop is an address as one number', '10.0.0.1', '3405803781', '10.0.0.1'],
    ['the client has written rubbish left of itself', '10.0.0.1', '\u0000;drop, 203.0.113.5', '203.0.113.5'],
    ['hops have ports', '10.0.0.1', '203.0.113.5:4711, 10.0.0.2:80', '203.0.113.5'],
    ['a hop is IPv6 in brackets, with a port', '10.0.0.1', '[2001:db8::5]:4711', '2001:db8::5'],
    ['a hop is IPv6 in quotes', '10.0.0.1', '"[2001:db8::5]"', '2001:db8::5'],
    ['a hop is bare IPv6, in capitals', '10.0.0.1', '2001:DB8:0:0:0:0:0:5', '2001:db8::5'],
    ['a hop carries IPv4', '10.0.0.1', '::ffff:203.0.113.5', '203.0.113.5'],
    ['spaces and tabs stand between', '10.0.0.1', '1.1.1.1 ,\t203.0.113.5 ', '203.0.113.5'],
    ['the proxy is heard over a socket of both families', '::ffff:10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['the proxy has IPv6', 'fd00::1', '203.0.113.5', '203.0.113.5'],
    ['the peer is link-local', 'fe80::1%eth0', undefined, 'fe80::1'],
    ['the peer is not known', null, '203.0.113.5', null],
  ])('%s', (_case, remote, forwardedFor, expected) => {
    expect(clientAddressOf(remote, forwardedFor, isTrusted)).toBe(expected)
  })

  it('believes no header where no proxy is trusted', () => {
    expect(clientAddressOf('10.0.0.1', '203.0.113.5', trustedProxies([]))).toBe('10.0.0.1')
  })
})

describe('clientGroup', () => {
  it.each([
    ['203.0.113.5', '203.0.113.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['::1', '::/64'],
  ])('%s is of %s', (address, group) => {
    expect(clientGroup(address)).toBe(group)
  })
})
