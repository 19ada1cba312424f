import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSelected, parseSelector, SelectorError } from './label-selector.ts'

const selects = (selector: string, labels: Record<string, string>) => isSelected(labels, parseSelector(selector))

describe('a selector', () => {
  const labels = { app: 'toad', tier: 'front', 'shop.example/weight': '7', empty: '' }
  it.each([
    ['', true],
    [' \n', true],
    ['app=toad', true],
    ['app == toad', true],
    ['app=frog', false],
    ['app!=frog', true],
    ['colour!=green', true],
    ['app in (frog, toad)', true],
    ['app in (frog)', false],
    ['app notin (frog,newt)', true],
    ['colour notin (green)', true],
    ['app', true],
    ['colour', false],
    ['!colour', true],
    ['! app', false],
    ['app,!colour,tier in (front)', true],
    ['app=toad,tier=back', false],
    ['shop.example/weight>6', true],
    ['shop.example/weight < 7', false],
    ['app > 1', false],
    ['empty=', true],
    ['empty=,app=toad', true],
    ['empty in (,a)', true],
    ['app in (a,)', false],
    ['empty in (a,)', true],
    // The words of the grammar are keys and values too.
    ['in', false],
    ['notin in (in,notin)', false],
    ['!in', true],
    ['app in(toad)', true],
  ])('%s', (selector, expected) => {
    expect(selects(selector, labels)).toBe(expected)
  })

  it('does not take what every object has for a label', () => {
    expect(selects('constructor', labels)).toBe(false)
    expect(selects('toString notin (a)', labels)).toBe(true)
  })
})

describe('what is no selector', () => {
  it.each([
    ['app in', 'at character 7: found the end, expected "("'],
    ['app in (', 'at character 9: found the end, expected a value, a comma or ")"'],
    ['app in (a', 'at character 10: found the end, expected a comma or ")"'],
    ['app in (a b)', 'at character 11: found "b", expected a comma or ")"'],
    ['app in ()', 'at character 8: the list of values is empty, expected at least one'],
    ['app=a b', 'at character 7: found "b", expected a comma or the end'],
    ['app=a,', 'at character 7: found the end, expected a label key'],
    [',', 'at character 1: found ",", expected a label key'],
    ['=a', 'at character 1: found "=", expected a label key'],
    ['!app=a', 'at character 5: found "=", expected a comma or the end'],
    ['app===a', 'at character 6: found "=", expected a value'],
    ['app within (a)', 'at character 5: found "within", expected in, notin, =, ==, !=, > or <'],
    ['app>many', 'at character 5: found "many", expected a whole number'],
    ['a/b/c', /^at character 1: found "a\/b\/c", expected a label key: /],
    ['Shop.Example/app', /^at character 1: found "Shop\.Example\/app", expected a label key: /],
    ['app=-a', /^at character 5: found "-a", expected a label value: /],
    [`app=${'a'.repeat(64)}`, /expected a label value: at most 63/],
    ['app=tööad', /^at character 5: found "tööad", expected a label value: /],
    ['app;tier', /^at character 1: found "app;tier", expected a label key: /],
  ] as const)('%s', (selector, message) => {
    expect(() => parseSelector(selector)).toThrow(message)
    expect(() => parseSelector(selector)).toThrow(SelectorError)
  })

  it('is told, and nothing else is thrown, whatever the text is', () => {
    const piece = fc.constantFrom('app', ' ', '=', '!', '(', ')', ',', 'in', 'notin', '>', '<', '1', '\u0000', 'é', '/')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((list) => list.join('')),
        ),
        (text) => {
          try {
            parseSelector(text)
          } catch (error) {
            expect(error).toBeInstanceOf(SelectorError)
            expect((error as SelectorError).at).toBeGreaterThanOrEqual(1)
            expect((error as SelectorError).at).toBeLessThanOrEqual(text.length + 1)
          }
        },
      ),
    )
  })
})
