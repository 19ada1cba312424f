import { describe, expect, it } from 'vitest'
import { httpCheck, plannedPath } from '../../../test/support/checks.ts'
import { absolute } from './redirects.ts'

const asked = (path: string) => plannedPath({ scheme: 'https', host: 'shop.example', checks: [httpCheck({ path })] })

describe('absolute', () => {
  it.each([
    ['/new', 'https://shop.example/new'],
    ['new', 'https://shop.example/cart/new'],
    ['?page=2', 'https://shop.example/cart/items?page=2'],
    ['//other.example/new', 'https://other.example/new'],
    ['https://shop.example', 'https://shop.example/'],
    ['https://shop.example?page=2', 'https://shop.example/?page=2'],
    ['https://shop.example:443/new', 'https://shop.example/new'],
    ['http://shop.example:80/new', 'http://shop.example/new'],
    ['HTTPS://Shop.Example/New', 'https://shop.example/New'],
    ['https://[2001:db8::443]/', 'https://[2001:db8::443]/'],
    ['https://⟨address⟩:8443/⟨uuid⟩', 'https://⟨address⟩:8443/⟨uuid⟩'],
  ])('resolves %s to %s', (location, expected) => {
    expect(absolute(location, asked('/cart/items?page=1'))).toBe(expected)
  })

  it.each(['https://shop.example:80/', 'https://shop.example:8443/', 'https://shop.example/a%2Fb', 'mailto:a@b'])(
    'leaves %s as it is, which leads elsewhere',
    (location) => {
      expect(absolute(location, asked('/'))).toBe(location)
    },
  )
})
