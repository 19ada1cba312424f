import { BLOCK_HEADERS, BLOCK_LINES, KEYS, MARKERS, PLAIN, QUOTED, TAGGED } from './yaml-words.ts'

/**
 * Texts that try what YAML can be: what people write, what few know, and what is nearly right. The same seed gives
 * the same texts, so that a recorded answer belongs to its text for ever.
 */

type Random = { below(limit: number): number; of<T>(items: readonly T[]): T; chance(share: number): boolean }

/** mulberry32 */
function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return {
    below: (limit) => Math.floor(next() * limit),
    of: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
    chance: (share) => next() < share,
  }
}

const remark = (random: Random): string => (random.chance(0.1) ? random.of([' # x', ' #', '#x', '  # "', '\t# t']) : '')

const GENTLE = ['toad', 'a b', '80', 'true', '"x"', "'it''s'", '10.96.0.1', 'http://toad/', '-1.5', '~', '']

function scalarOf(random: Random): string {
  const dice = random.below(20)
  if (dice < 9) {
    return random.of(GENTLE)
  }
  if (dice < 15) {
    return random.of(PLAIN)
  }
  return random.of(dice < 18 ? QUOTED : TAGGED)
}

const keyOf = (random: Random): string =>
  random.chance(0.85) ? random.of(['a', 'b', 'c', 'd', 'kind', 'spec', 'ports']) : random.of(KEYS)

function flowOf(random: Random, depth: number): string {
  const gap = (): string => random.of(['', '', ' ', ' ', '\n', '\n  ', '\n\t', ' # x\n'])
  const item = (): string => (depth > 0 && random.chance(0.35) ? flowOf(random, depth - 1) : flowScalar(random))
  const count = random.below(4)
  if (random.chance(0.4)) {
    const items = Array.from({ length: count }, () => (random.chance(0.15) ? `${keyOf(random)}: ${item()}` : item()))
    return `[${gap()}${items.join(`,${gap()}`)}${random.chance(0.15) ? ',' : ''}${gap()}]`
  }
  const pairs = Array.from({ length: count }, () => {
    const key = keyOf(random)
    const dice = random.below(20)
    if (dice === 0) {
      return key
    }
    if (dice === 1) {
      return `${key}:${item()}`
    }
    if (dice === 2) {
      return `"${random.of(['a', 'b', 'c'])}":${item()}`
    }
    return `${key}:${random.of([' ', ' ', '\n '])}${item()}`
  })
  return `{${gap()}${pairs.join(`,${gap()}`)}${random.chance(0.15) ? ',' : ''}${gap()}}`
}

const flowScalar = (random: Random): string =>
  random.chance(0.6) ? random.of(['a', 'b', '1', 'yes', '"x"', "'y'", 'a b', '80']) : scalarOf(random)

function blockScalarOf(random: Random, indent: string): string {
  const inner = `${indent}${random.of(['  ', '  ', ' ', '    ', ''])}`
  const lines = Array.from({ length: random.below(5) }, () => {
    const line = random.of(BLOCK_LINES)
    return line === '' ? '' : `${inner}${line}`
  })
  return `${random.of(BLOCK_HEADERS)}\n${lines.join('\n')}`
}

/** A value that stands behind `key:` or `-`, with what lies below it. */
function nodeOf(random: Random, depth: number, indent: string): string {
  const dice = random.below(20)
  if (depth > 0 && dice < 5) {
    return `\n${mappingOf(random, depth - 1, `${indent}${random.of(['  ', '  ', ' ', '    '])}`)}`
  }
  if (depth > 0 && dice < 8) {
    return `\n${sequenceOf(random, depth - 1, `${indent}${random.of(['', '', '  ', '  ', '    '])}`)}`
  }
  if (dice < 11) {
    return ` ${flowOf(random, 2)}`
  }
  if (dice < 13) {
    return ` ${blockScalarOf(random, indent)}`
  }
  if (dice === 13) {
    return ` ${random.of(['*a', '*b', '*k', '*none', '* a'])}`
  }
  if (dice === 14) {
    return ` ${random.of(['&a', '&b', '&k'])} ${random.chance(0.5) ? flowOf(random, 1) : scalarOf(random)}`
  }
  if (dice === 15) {
    return ` first\n${indent}${random.of(['  ', '', ' ', '    ', '\t'])}${random.of(['second', 'a: b', '# x', ''])}`
  }
  return ` ${scalarOf(random)}${remark(random)}`
}

function mappingOf(random: Random, depth: number, indent: string): string {
  const count = 1 + random.below(4)
  return Array.from({ length: count }, () => {
    if (random.chance(0.04)) {
      return `${indent}<<: ${random.of(['*a', '*b', '[*a, *b]', '{a: 1, b: 2}', 'x', '[x]', '~'])}`
    }
    if (random.chance(0.03)) {
      return `${indent}? ${scalarOf(random)}\n${indent}:${nodeOf(random, depth, indent)}`
    }
    if (random.chance(0.03)) {
      return `${indent}# remark`
    }
    const colon = random.chance(0.04) ? random.of([' :', ':\t', '::', '']) : ':'
    return `${indent}${keyOf(random)}${colon}${nodeOf(random, depth, indent)}`
  }).join('\n')
}

function sequenceOf(random: Random, depth: number, indent: string): string {
  const count = 1 + random.below(3)
  return Array.from({ length: count }, () => {
    if (depth > 0 && random.chance(0.3)) {
      const [first = '', ...rest] = mappingOf(random, depth - 1, `${indent}  `).split('\n')
      return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest].join('\n')
    }
    if (depth > 0 && random.chance(0.1)) {
      return `${indent}- - ${scalarOf(random)}\n${indent}  - ${scalarOf(random)}`
    }
    return `${indent}-${nodeOf(random, depth, `${indent}  `)}`
  }).join('\n')
}

function documentOf(random: Random): string {
  const dice = random.below(10)
  if (dice < 5) {
    return mappingOf(random, 1 + random.below(3), '')
  }
  if (dice < 6) {
    return sequenceOf(random, 2, '')
  }
  if (dice < 8) {
    return flowOf(random, 2)
  }
  return dice < 9 ? scalarOf(random) : random.of(['', '# x', '\n\n', blockScalarOf(random, '')])
}

function streamOf(random: Random): string {
  const parts = Array.from({ length: 1 + random.below(3) }, () => documentOf(random))
  const start = random.chance(0.3) ? `${random.of(MARKERS)}\n` : ''
  const end = random.of(['', '\n', '\n', '\n\n', '\n---\n', '\n...\n', ' ', '\n# end'])
  return start + parts.join(`\n${random.of(MARKERS)}\n`) + end
}

/** JSON texts, alone or one behind the other, some of them with what JSON does not know. */
function jsonOf(random: Random): string {
  const value = (depth: number): unknown =>
    depth === 0 || random.chance(0.4)
      ? random.of<unknown>(['x', '\u{1F438}', 'a/b', 'a\tb', 1, -1.5, 1e21, true, null, '', '{', '"'])
      : random.chance(0.3)
        ? [value(depth - 1), value(depth - 1)]
        : { a: value(depth - 1), [random.of(['b', 'c', 'a b'])]: value(depth - 1) }
  const one = (): string => {
    const text = JSON.stringify({ a: value(3) }, null, random.of(['', ' ', '\t']))
    const dice = random.below(14)
    if (dice === 0) {
      return text.replace(/}$/, ',}')
    }
    if (dice === 1) {
      return text.replace('{', '{ // remark\n')
    }
    if (dice === 2) {
      return text.replaceAll('/', '\\/')
    }
    if (dice === 3) {
      return text.slice(0, -1)
    }
    if (dice === 4) {
      return text.replaceAll('"', "'")
    }
    if (dice === 5) {
      return text.replace('{', '{"a": 0, ')
    }
    return text
  }
  const parts = Array.from({ length: 1 + random.below(3) }, one)
  return (
    random.of(['', '', ' \n', '---\n']) +
    parts.join(random.of(['', '\n', ' ', '\n---\n', ',', '\nx'])) +
    random.of(['', '\n', '\n---\n'])
  )
}

const INSERTS = [
  '\n',
  ' ',
  '\t',
  ':',
  ': ',
  '- ',
  '#',
  ' #',
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ',',
  '&a ',
  '*a',
  '!',
  '|',
  '>',
  '%',
  '\r\n',
  '?',
  '---\n',
] as const

/** A text with one to three small mistakes. */
function mangled(random: Random, text: string): string {
  let result = text
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(result.length + 1)
    const dice = random.below(4)
    if (dice === 0) {
      result = result.slice(0, at) + random.of(INSERTS) + result.slice(at)
    } else if (dice === 1) {
      result = result.slice(0, at) + result.slice(at + 1 + random.below(3))
    } else if (dice === 2) {
      result = result.slice(0, at)
    } else {
      result = result.replace(/\n {1,4}(?=\S)/, random.of(['\n', '\n ', '\n   ', '\n\t']))
    }
  }
  return result
}

const MANIFEST = `apiVersion: v1
kind: Service
metadata:
  name: toad-svc
  labels: {app: toad, tier: "front"}
  annotations:
    example.com/remark: 'it''s
      two lines'
    example.com/script: |-
      #!/bin/sh
      echo "x: y"
spec:
  type: NodePort
  selector:
    app: toad
  ports:
  - name: http # the first
    port: 80
    targetPort: 8080
  - {name: dns, port: 53, protocol: UDP}
`

function textOf(random: Random): string {
  const dice = random.below(20)
  const text = dice < 11 ? streamOf(random) : dice < 13 ? jsonOf(random) : dice < 16 ? MANIFEST : documentOf(random)
  const isMangled = (dice >= 13 && dice < 16) || random.chance(0.1)
  const result = isMangled ? mangled(random, text) : text
  if (random.chance(0.05)) {
    return result.replaceAll('\n', random.of(['\r\n', '\r\n', '\r']))
  }
  return random.chance(0.02) ? `\ufeff${result}` : result
}

/** As many texts, each another. */
export function yamlTexts(seed: number, count: number): readonly string[] {
  const random = randomOf(seed)
  const texts = new Set<string>()
  while (texts.size < count) {
    texts.add(textOf(random))
  }
  return [...texts]
}
