/**
 * Takes Secrets out of manifests that are shown again: nothing of them is read, so nothing of them need go anywhere.
 * Lines of YAML keep their numbers.
 *
 * @module
 */
import { isMapping } from './fields.ts'
import { readJsonValues } from './json-values.ts'

export type WithoutSecrets = {
  text: string
  /** Counts the Secrets that were taken out. */
  taken: number
  /** It is in no order in which all could be found, and may hold one still: it must not be shown. */
  isDoubtful: boolean
}

const KIND = String.raw`["']?kind["']?\s*:\s*(?:[&!]\S+\s+)*["']?Secret(?:List)?["']?`
/** A line of block style, from its key on. */
const KIND_LINE = new RegExp(`^${KIND}\\s*(?:#.*)?\\r?$`)
const KIND_IN_FLOW = new RegExp(`(?:^|[{,])\\s*${KIND}\\s*(?:[,}\\]#]|\\r?$)`, 'm')
const KIND_ANYWHERE = new RegExp(`(?:^|[\\s{,-])${KIND}\\s*(?:[,}\\]#]|\\r?$)`, 'm')
const INSTEAD = '# A Secret stood here. It was taken out, and not kept.'

/** Takes each Secret out that is a document, or an item of a List. */
export function withoutSecrets(given: string): WithoutSecrets {
  const text = given.replace(/^\uFEFF/, '')
  if (!KIND_ANYWHERE.test(text)) {
    return { text, taken: 0, isDoubtful: false }
  }
  const { values, starts, restAt } = readJsonValues(text)
  const json = values.map((value, at) =>
    jsonWithout(value, text.slice(starts[at], starts[at + 1] ?? restAt ?? undefined)),
  )
  const head = text.slice(0, starts[0] ?? restAt ?? 0)
  const yaml = restAt === null ? { text: '', taken: 0, isDoubtful: false } : yamlWithout(text.slice(restAt))
  return {
    text: head + json.map((each) => each.text).join('') + yaml.text,
    taken: json.reduce((sum, { taken }) => sum + taken, yaml.taken),
    isDoubtful: yaml.isDoubtful,
  }
}

function jsonWithout(value: unknown, written: string): { text: string; taken: number } {
  let taken = 0
  const kept = (each: unknown): unknown => {
    if (Array.isArray(each)) {
      return each.map(kept).filter((item) => item !== undefined)
    }
    if (!isMapping(each)) {
      return each
    }
    if (each.kind === 'Secret' || each.kind === 'SecretList') {
      taken++
      return undefined
    }
    return Array.isArray(each.items) ? { ...each, items: kept(each.items) } : each
  }
  const left = kept(value)
  return taken === 0
    ? { text: written, taken }
    : { text: left === undefined ? '' : `${JSON.stringify(left, null, 2)}\n`, taken }
}

function yamlWithout(text: string): WithoutSecrets {
  const lines = text.split('\n')
  const blank = (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      lines[at] = at === from ? INSTEAD : ''
    }
  }
  let taken = 0
  let isDoubtful = false
  for (const { from, to } of documentsOf(lines)) {
    const found = secretsIn(lines, from, to)
    for (const range of found) {
      blank(range.from, range.to)
    }
    taken += found.length
    // An object in braces shares its lines with others
    isDoubtful ||= lines.slice(from, to).some((line) => /[{,]/.test(line) && KIND_IN_FLOW.test(line))
  }
  return { text: lines.join('\n'), taken, isDoubtful }
}

type Range = { from: number; to: number }

function documentsOf(lines: readonly string[]): Range[] {
  const starts = lines.flatMap((line, at) => (/^(---|\.\.\.)(\s|$)/.test(line) ? [at + 1] : []))
  return [0, ...starts].map((from, at) => ({ from, to: (starts[at] ?? lines.length + 1) - 1 }))
}

const indentOf = (line: string): number => line.length - line.trimStart().length
const says = (line: string): boolean => !/^\s*(#.*)?$/.test(line)

/** Finds the Secrets of one document in block style: all of it, or items of its list. */
function secretsIn(lines: readonly string[], from: number, to: number): Range[] {
  const own = range(from, to).filter((at) => says(lines[at] ?? '') && !/^%/.test(lines[at] ?? ''))
  const root = Math.min(...own.map((at) => indentOf(lines[at] ?? '')))
  const atRoot = own.filter((at) => indentOf(lines[at] ?? '') === root)
  if (atRoot.some((at) => KIND_LINE.test((lines[at] ?? '').trimStart()))) {
    return [{ from: own[0] ?? from, to }]
  }
  const list = atRoot.find((at) => /^\s*["']?items["']?\s*:/.test(lines[at] ?? ''))
  const first = own.find((at) => (list === undefined || at > list) && /^\s*-(\s|$)/.test(lines[at] ?? ''))
  if (first === undefined || (list === undefined && first !== own[0])) {
    return []
  }
  return itemsFrom(lines, first, own).filter((item) => isSecret(lines, item))
}

/** Each item of a list, up to the line that is none of it. */
function itemsFrom(lines: readonly string[], first: number, own: readonly number[]): Range[] {
  const dash = indentOf(lines[first] ?? '')
  const isItem = (at: number) => indentOf(lines[at] ?? '') === dash && /^\s*-(\s|$)/.test(lines[at] ?? '')
  const after = own.find(
    (at) => at > first && (indentOf(lines[at] ?? '') < dash || (indentOf(lines[at] ?? '') === dash && !isItem(at))),
  )
  const end = after ?? (own.at(-1) ?? first) + 1
  const starts = own.filter((at) => at >= first && at < end && isItem(at))
  return starts.map((start, at) => ({ from: start, to: starts[at + 1] ?? end }))
}

/** The keys of an item stand where its first does, which may stand behind the dash. */
function isSecret(lines: readonly string[], { from, to }: Range): boolean {
  const unmarked = (lines[from] ?? '').replace('-', ' ')
  const own = [unmarked, ...lines.slice(from + 1, to)].filter(says)
  const column = indentOf(own[0] ?? '')
  return own.some((line) => indentOf(line) === column && KIND_LINE.test(line.trimStart()))
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at)
