import { describe, expect, it } from 'vitest'
import { formatByAccept } from './negotiate.ts'

const CHROME = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8'
const FIREFOX = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

describe('the format by Accept', () => {
  it.each([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['application/*', 'json'],
    ['text/*', 'text'],
    ['TEXT/Markdown', 'markdown'],
    ['text/markdown;q=0.5, text/plain', 'text'],
    ['text/csv; header=present', 'csv'],
    ['application/json; charset=utf-8', 'json'],
    ['text/markdown; variant="a,b"; charset=UTF-8;q=0.9, text/csv ;q=0.1', 'markdown'],
    ['', 'json'],
    ['application/xml', 'junit'],
    ['text/x-tap', 'tap'],
    ['text/xml, */*;q=0.1', 'junit'],
    ['application/xml;q=0.9, application/json;q=0.8', 'junit'],
  ] as const)('%s is %s', (accept, format) => {
    expect(formatByAccept(accept)).toBe(format)
  })

  it.each([
    [CHROME, 'html'],
    [FIREFOX, 'html'],
    ['text/html', 'html'],
    ['TEXT/HTML; charset=utf-8', 'html'],
    ['text/html, application/xml', 'html'],
    ['text/html;q=0.5, application/json', 'json'],
    ['application/json;q=0.5, text/html', 'html'],
    ['*/*, text/html;q=0.9', 'json'],
    ['text/html-sandboxed', null],
    ['text/html-sandboxed, */*;q=0.1', 'json'],
    ['application/xhtml+xml, */*;q=0.5', 'text'],
  ] as const)(
    'a page is for those who name it by a range of its own and prefer it, and nobody reads JUnit: %s',
    (accept, format) => {
      const chosen = () => formatByAccept(accept)
      if (format === null) {
        expect(chosen).toThrow(expect.objectContaining({ code: 'not_acceptable' }))
      } else {
        expect(chosen()).toBe(format)
      }
    },
  )

  it.each([
    ['application/json;q=0, */*', 'text'],
    ['text/plain;q=0, text/*', 'markdown'],
    ['application/json;q=0.000, text/plain;q=0, */*;q=0.1', 'markdown'],
    ['*/*;q=0, text/csv', 'csv'],
    ['text/html;q=0, application/xml', 'junit'],
  ] as const)('what has q=0 is not sent (RFC 9110 12.4.2): %s is %s', (accept, format) => {
    expect(formatByAccept(accept)).toBe(format)
  })

  it.each(['image/png', '*/*;q=0', 'application/json;q=0', 'text/html;q=0'])(
    'what cannot be had is a 406: %j',
    (accept) => {
      expect(() => formatByAccept(accept)).toThrow(expect.objectContaining({ code: 'not_acceptable' }))
    },
  )
})
