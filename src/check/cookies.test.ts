import { expect, it } from 'vitest'
import { type CookieJar, cookiesFor, keepCookies } from './cookies.ts'

const AT = new URL('https://shop.example/a/b')

/** Returns what is sent back there after it was set at {@link AT}. */
const sent = (setCookie: string | readonly string[], there = 'https://shop.example/a/b'): string | null => {
  const jar: CookieJar = new Map()
  keepCookies(jar, AT, setCookie)
  return cookiesFor(jar, new URL(there))
}

it.each<[string | readonly string[], string | null, string?]>([
  ['a=1', 'a=1'],
  [['a=1', 'b=2; Secure; HttpOnly'], 'a=1; b=2'],
  [['a=1', 'a=2'], 'a=2'],
  ['a=1; Path=/', 'a=1', 'https://shop.example/other'],
  ['a=1', null, 'https://shop.example/other'],
  ['a=1; Path=/a', null, 'https://shop.example/ab'],
  ['a=1; Domain=example', 'a=1'],
  ['a=1; Domain=other.example', null],
  ['a=1; Max-Age=0', null],
  [['a=1', 'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], null],
  ['a=1; Path=/', null, 'http://shop.example/'],
  ['a=1; Path=/', null, 'https://shop.example:8443/'],
  ['=1', null],
  ['nonsense', null],
])('of %j sends back %s', (setCookie, expected, there) => {
  expect(sent(setCookie, there)).toBe(expected)
})

it('takes no secure cookie in clear text', () => {
  const jar: CookieJar = new Map()
  keepCookies(jar, new URL('http://shop.example/'), 'a=1; Secure')
  expect(cookiesFor(jar, new URL('http://shop.example/'))).toBeNull()
})
