import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { hostileString } from '../../test/fixtures/hostile.ts'
import { renderBadge } from './badge.ts'

describe('renderBadge', () => {
  it('reads as in the golden file', async () => {
    await expect(renderBadge('toad-svc', '99.95 %', 'fail')).toMatchFileSnapshot('../../test/fixtures/report/badge.svg')
  })

  it('asks nothing of the network, and runs nothing, whatever it is called', () => {
    fc.assert(
      fc.property(hostileString, (label) => {
        const svg = renderBadge(label, '100 %', 'pass')
        expect(XMLValidator.validate(svg)).toBe(true)
        const read = JSON.stringify(new XMLParser({ ignoreAttributes: false }).parse(svg))
        expect(read).not.toMatch(/"(script|style|image|use|a|@_(href|src|on\w+|style))":/)
      }),
    )
  })
})
