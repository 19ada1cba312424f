import { describe, expect, it } from 'vitest'
import { unhidden } from './unhidden.ts'

describe('the texts of a page', () => {
  it.each([
    ['<h1>\u202eevil</h1>', '<h1>\\u{202e}evil</h1>'],
    ['<td>a\u2066b\u2069</td>', '<td>a\\u{2066}b\\u{2069}</td>'],
    ['<p>pay\u200bment\ufeff</p>', '<p>pay\\u{200b}ment\\u{feff}</p>'],
    ['<title>\u2060a</title>', '<title>\\u{2060}a</title>'],
  ])('spell out what hides: %j', (html, shown) => {
    expect(unhidden(html)).toBe(shown)
  })

  it.each(['<p>👩\u200d💻 می\u200cخواهم \u200fא</p>', '<p>plain &lt;b&gt;</p>', ''])(
    'keep what scripts and emoji are made of: %j',
    (html) => {
      expect(unhidden(html)).toBe(html)
    },
  )

  it.each(['<input value="a\u202eb">', '<textarea name="x">\na\u202eb &lt;/textarea&gt;</textarea>'])(
    'leave what is typed, to be sent back as it was: %j',
    (html) => {
      expect(unhidden(`${html}<p>\u202e</p>`)).toBe(`${html}<p>\\u{202e}</p>`)
    },
  )
})
