/**
 * Answers of one Service, held against each other. What is different at every try (a version, a time, the name of a
 * pod) says nothing about who answers, so it is left out wherever it is seen to change.
 *
 * @module
 */

import type { TlsEvidence } from '../check/network.ts'
import type { Telling, TellingAnswer } from '../check/result.ts'
import { boundedCache } from '../lib/bounded-cache.ts'

export type Answered = Telling & { http: TellingAnswer }

export const isAnswered = (each: Telling): each is Answered => each.http !== null

/** Traits that tell one application from another, as texts for people. The body comes last, because it tells least. */
export const TRAITS = {
  status: ({ http }: Answered) => String(http.status),
  server: ({ http }: Answered) => http.headers.server ?? 'none',
  'x-powered-by': ({ http }: Answered) => http.headers['x-powered-by'] ?? 'none',
  'content-type': ({ http }: Answered) => http.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? 'none',
  body: ({ http }: Answered) => http.bodySha256,
} as const satisfies Record<string, (of: Answered) => string>
export type Trait = keyof typeof TRAITS

const NAMES = Object.keys(TRAITS) as Trait[]

/** Traits that stay the same in each of the groups: each holds the tries of one path. */
export const steadyTraits = (groups: readonly (readonly Answered[])[]): readonly Trait[] =>
  NAMES.filter((trait) => groups.every((tries) => new Set(tries.map(TRAITS[trait])).size <= 1))

/** In which of `traits` an answer differs from the one of `others` that it is most like; empty: it is like one of them. */
export function differenceOf(
  answer: Answered,
  others: readonly Answered[],
  traits: readonly Trait[],
): readonly Trait[] {
  let least: readonly Trait[] | null = null
  for (const other of others) {
    const differing = traits.filter((trait) => differs(trait, answer, other))
    if (least === null || differing.length < least.length) {
      least = differing
    }
    if (least.length === 0) {
      break
    }
  }
  return least ?? []
}

/** One of each kind: of thousands of answers most are alike. */
export function distinctAnswers(answers: readonly Answered[]): readonly Answered[] {
  const found = new Map<string, Answered>()
  for (const answer of answers) {
    const key = NAMES.map((trait) => TRAITS[trait](answer)).join('\n')
    if (!found.has(key)) {
      found.set(key, answer)
    }
  }
  return [...found.values()]
}

function differs(trait: Trait, one: Answered, other: Answered): boolean {
  if (TRAITS[trait](one) === TRAITS[trait](other)) {
    return false
  }
  if (trait !== 'body') {
    return true
  }
  if (one.http.headers['content-encoding'] !== other.http.headers['content-encoding']) {
    return false
  }
  return templateOf(one.http.bodySnippet) !== templateOf(other.http.bodySnippet)
}

const TEMPLATES_MAX = 512
const templates = boundedCache<string>(TEMPLATES_MAX)

const templateOf = (body: string): string => templates.getOrMake(body, () => withoutWhatChanges(body))

/** A body without what may follow from the way or the moment: numbers, addresses, ids, the name that was asked for. */
function withoutWhatChanges(body: string): string {
  return body
    .replaceAll(/[0-9a-f]{1,4}(:{1,2}[0-9a-f]{1,4}){2,}/gi, '#')
    .replaceAll(/[0-9a-f-]{8,}/gi, '#')
    .replaceAll(/\d+/g, '#')
    .replaceAll(/#([.:]#)+/g, '#')
}

/** The same certificate, as far as evidence shows. */
export const certificateOf = ({ tls }: { tls: TlsEvidence | null }): string | null =>
  tls === null || tls.subject === null
    ? null
    : `${tls.subject} ${tls.issuer} ${tls.notBefore} ${tls.notAfter} ${tls.altNames.join()}`
