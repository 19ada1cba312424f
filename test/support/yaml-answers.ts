/** Tells what kubectl answers to texts, and where Portolan answers something else. */
import { isDeepStrictEqual } from 'node:util'
import { readDocuments } from '../../src/kube/documents.ts'
import { YamlError } from '../../src/kube/yaml/error.ts'
import { readYaml } from '../../src/kube/yaml/read-yaml.ts'
import { ProblemError } from '../../src/lib/problem.ts'

/** Left out is what was refused. */
export type YamlAnswer = {
  text: string
  /** YAMLToJSON of sigs.k8s.io/yaml answers this: the first document. */
  yaml?: unknown
  /** The objects that kubectl finds in the text as a whole; empty documents are none. */
  objects?: readonly unknown[]
}

export type YamlDifference = {
  text: string
  of: 'yaml' | 'objects'
  kubectl: unknown
  portolan: unknown
  why: string
  /** Why another answer is meant; `null`: it is not. */
  meant: string | null
}

/** Another answer is meant for these texts. Everything else must be as kubectl has it. */
const MEANT: readonly { reason: string; of: (text: string) => boolean }[] = [
  {
    reason: 'a byte order mark before a separator is passed over: kubectl refuses what follows, or ignores it unsaid',
    of: (text) => /^\ufeff---/m.test(text.replace(/^\ufeff/, '')),
  },
  {
    reason: 'two byte order marks at the beginning: go-yaml loses the first character of every line behind them',
    of: (text) => text.startsWith('\ufeff\ufeff'),
  },
  {
    reason: 'control characters are refused anywhere: go-yaml does not see those far behind the first document',
    of: (text) => /[^\P{Cc}\t\n\r\u0085]/u.test(text),
  },
  {
    reason: 'less than four bytes behind JSON: kubectl does not see them, or stumbles',
    of: (text) => /^\s*\{/.test(text) && /[^\s}].{0,3}$/.test(text) && !/\}\s*$/.test(text),
  },
  { reason: 'half of a surrogate pair is no text, and no UTF-8 could hold it', of: (text) => !text.isWellFormed() },
  { reason: 'a text of nothing but white space is refused, with or without a tab', of: (text) => text.trim() === '' },
]

export function differencesOf(answer: YamlAnswer): readonly YamlDifference[] {
  const { text } = answer
  const meant = MEANT.find(({ of }) => of(text))?.reason ?? null
  const ours = { yaml: yamlOf(text), objects: objectsOf(text) }
  return (['yaml', 'objects'] as const).flatMap((of) => {
    const { value, why } = ours[of]
    return isDeepStrictEqual(value, answer[of]) ? [] : [{ text, of, kubectl: answer[of], portolan: value, why, meant }]
  })
}

type Ours = { value: unknown; why: string }

function yamlOf(text: string): Ours {
  try {
    return { value: readYaml(text, { depth: 64, aliased: 1_000_000 }).value, why: '' }
  } catch (error) {
    if (error instanceof YamlError) {
      return { value: undefined, why: error.problem }
    }
    throw error
  }
}

function objectsOf(text: string): Ours {
  try {
    return { value: readDocuments(text, '').values.filter((value) => value !== null), why: '' }
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error
    }
    // Nothing to read is refused here; kubectl says so later.
    return { value: error.detail.includes('comments only') ? [] : undefined, why: error.detail }
  }
}
