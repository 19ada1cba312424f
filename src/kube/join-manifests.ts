import { readJsonValues } from './json-values.ts'
import type { ManifestFile } from './manifest-places.ts'
import { splitYaml } from './split-yaml.ts'

/** A file within the text that was made of several. */
type Part = { path: string; firstLine: number; endLine: number; firstDocument: number }

export type JoinedManifests = {
  /** The manifests of a request: what kubectl would read of these files one after another. */
  text: string
  /** The file and the line there of a line of the text; `null`: it is of none, or was written anew. */
  fileOfLine(line: number): { path: string; line: number } | null
  /** The file that holds a document of the text, counted from 1; `null`: none does. */
  fileOfDocument(document: number): string | null
}

const FIRST_SEPARATOR = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*---(?=\s|$)/

/**
 * Makes one text of several files. JSON is read as YAML beside YAML, which knows fewer escapes, so it is written anew
 * then.
 */
export function joinManifests(files: readonly ManifestFile[]): JoinedManifests {
  const texts = files.map(({ text }) => text.replace(/^\uFEFF/, ''))
  const json = texts.map((text) => jsonOf(text))
  const isAllJson = json.every((values) => values !== null) && (files.length === 1 || !texts.some(isList))
  const isPlain = files.length < 2 || isAllJson
  const rewritten = (at: number): string | null =>
    isPlain ? null : (json[at]?.map((value) => `---\n${JSON.stringify(value, null, 2)}\n`).join('') ?? null)
  let text = ''
  const parts: (Part & { from: number })[] = []
  for (const [at, own] of texts.entries()) {
    const anew = rewritten(at)
    const before = isPlain || anew !== null || FIRST_SEPARATOR.test(own) ? '' : '---\n'
    const body = anew ?? (own === '' || own.endsWith('\n') || files.length < 2 ? own : `${own}\n`)
    const firstLine = linesIn(text) + linesIn(before) + 1
    const endLine = anew === null ? firstLine + linesIn(body) + (body.endsWith('\n') ? 0 : 1) : firstLine
    parts.push({ path: files[at]?.path ?? '', firstLine, endLine, firstDocument: 1, from: text.length })
    text += before + body
  }
  const starts = isAllJson ? null : documentStarts(text)
  for (const [at, part] of parts.entries()) {
    const earlier =
      starts === null ? json.slice(0, at).flat().length : starts.filter((start) => start < part.from).length
    part.firstDocument = earlier + 1
  }
  return {
    text,
    fileOfLine(line) {
      const part = parts.find(({ firstLine, endLine }) => line >= firstLine && line < endLine)
      return part === undefined ? null : { path: part.path, line: line - part.firstLine + 1 }
    },
    fileOfDocument: (document) => parts.findLast(({ firstDocument }) => firstDocument <= document)?.path ?? null,
  }
}

const linesIn = (text: string): number => text.split('\n').length - 1

const isList = (text: string): boolean => text.trimStart().startsWith('[')

/** The values of a text that is JSON from its beginning to its end; else `null`. */
function jsonOf(text: string): readonly unknown[] | null {
  const { values, restAt } = readJsonValues(text)
  return restAt === null ? values : null
}

/** A text that cannot be split is refused whole, with its line. */
function documentStarts(text: string): number[] {
  try {
    return [...splitYaml(text, 0)].map(({ at }) => at)
  } catch {
    return []
  }
}
