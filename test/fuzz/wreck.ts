/** What makes a valid value nearly valid, and its text no JSON. */
import fc from 'fast-check'
import { hostileString } from '../fixtures/hostile.ts'

/** Puts something at a place of a value: `at` says which, whatever the value has. */
export type Wreck = { at: number; how: 'replace' | 'remove' | 'add' | 'wrap' | 'many'; by: unknown }

const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1.5, 65_536, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324],
  ...[
    '',
    ' ',
    '0',
    '\0',
    '../../etc/passwd',
    '$\u007bjndi:ldap://127.0.0.1}',
    "' OR 1=1 --",
    '<script>',
    '\u202e',
    'ä'.repeat(500),
  ],
  ...['a'.repeat(70_000), '('.repeat(2000), '$'.padEnd(2000, '..*'), '(a*)*b', '{{a}}', '!!js/function', '&a [*a]'],
  ...[[], {}, [[[[[]]]]], [null], { '': '' }, { constructor: 1, toString: 2 }, { length: 1e9 }, ['__proto__']],
  ...['http://[::1', '127.0.0.1%lo', '2130706433', '0x7f.1', '::ffff:127.0.0.1', '256.256.256.256', '١٢٧.٠.٠.١'],
]

export const wrecks: fc.Arbitrary<Wreck> = fc.record({
  at: fc.nat({ max: 10_000 }),
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'wrap', 'many'),
  by: fc.oneof(fc.constantFrom(...ODD_VALUES), hostileString, fc.jsonValue({ maxDepth: 2 })),
})

const REPEATED_MAX = 5000

type Inner = { [key: string]: unknown }

const isInner = (value: unknown): value is Inner => typeof value === 'object' && value !== null

/** Every object and list in a value, itself included. */
function inners(value: unknown): Inner[] {
  return isInner(value) ? [value, ...Object.values(value).flatMap(inners)] : []
}

export function wrecked(value: unknown, { at, how, by }: Wreck): unknown {
  const whole: unknown = structuredClone(value)
  const places = inners(whole)
  const inner = places[at % Math.max(1, places.length)]
  if (inner === undefined || (at % 50 === 0 && how === 'replace')) {
    return by
  }
  const keys = Object.keys(inner)
  const key = keys[Math.floor(at / 7) % Math.max(1, keys.length)] ?? 'toad'
  switch (how) {
    case 'replace':
      inner[key] = by
      return whole
    case 'remove':
      Reflect.deleteProperty(inner, key)
      return whole
    case 'add':
      if (Array.isArray(inner)) {
        inner.push(by)
      } else {
        inner[typeof by === 'string' ? by.slice(0, 100) : 'unknown'] = by
      }
      return whole
    case 'wrap':
      inner[key] = [inner[key]]
      return whole
    case 'many':
      // A few of these upon each other would be more than a string can hold.
      if ((JSON.stringify(inner[key]) ?? '').length < REPEATED_MAX) {
        inner[key] = Array.from({ length: 300 }, () => structuredClone(inner[key]))
      }
      return whole
  }
}

const DEEP = 20_000

/** Texts that come in place of a JSON text. */
const TEXTS: readonly ((json: string) => string | Uint8Array)[] = [
  (json) => json.slice(0, json.length >> 1),
  (json) => `${json}${json}`,
  (json) => `\ufeff${json}`,
  (json) => json.replace('{', '{"target":1,"target":2,'),
  (json) => json.replace(/}$/, ',}'),
  (json) => json.replaceAll('"', "'"),
  (json) => json.replace(/:\s*\d+/, ':1e999'),
  (json) => json.replace(/:\s*\d+/, ':NaN'),
  (json) => json.replace('{', '{"__proto__":{"admin":true},'),
  (json) => json.replace(/"([a-z]+)"/, '"\\ud800$1"'),
  (json) => Buffer.from(json, 'utf16le'),
  (json) =>
    Buffer.concat([Buffer.from(json.slice(0, 20)), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from(json.slice(20))]),
  () => '',
  () => ' \n\t',
  () => 'null',
  () => '[]',
  () => '"toad"',
  () => '0',
  () => `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
  () => `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
  () => `{"target":{"manifests":"${'- a\\n'.repeat(DEEP)}"}}`,
  () => 'a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: &d [*c,*c,*c]\ne: [*d,*d,*d]',
  () => '--- !!binary |\n  AAAA\n---\n%YAML 9.9\n---\n? [a]\n: b',
  () => 'kind: Service\napiVersion: v1\nmetadata: {name: toad}\nspec: {ports: [{port: 80}]}',
  () => '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  () => Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0xff]),
  () => Buffer.alloc(300_000, 'x'),
]

export const texts = fc.nat({ max: TEXTS.length - 1 }).map((at) => TEXTS[at] ?? ((json: string) => json))
