/**
 * Words of texts that belong to a namespace: they are kept with it, and shown to whoever reaches it. To everybody else the
 * text says "in another namespace" in their place (ADR 0067). The marks are characters for private use, which no name of
 * Kubernetes may hold.
 *
 * @module
 */
const [BEGIN, MIDDLE, END] = ['\uE0F0', '\uE0F1', '\uE0F2']

/** Marks a word as one of that namespace. */
export const marked = (namespace: string, word: string): string => `${BEGIN}${namespace}${MIDDLE}${word}${END}`

const MARK = new RegExp(`${BEGIN}([^${BEGIN}${MIDDLE}${END}]*)${MIDDLE}([^${BEGIN}${MIDDLE}${END}]*)${END}`, 'gu')

/** Stands in for a marked word until the phrase around it is known. */
const HIDDEN = '\uE0F3'

const PHRASES: readonly (readonly [RegExp, string])[] = [
  // Ingress/web of namespace pond, pond/web
  [
    new RegExp(`\\b([A-Z][A-Za-z]+)/${HIDDEN}(?: (?:of|in|from) (?:the )?namespace ${HIDDEN})?`, 'gu'),
    '$1 in another namespace',
  ],
  [new RegExp(`\\b[Nn]amespaces? ${HIDDEN}(?:, ${HIDDEN})*`, 'gu'), 'another namespace'],
  [new RegExp(`${HIDDEN}(?:[/.:]${HIDDEN})*`, 'gu'), '…'],
]

/**
 * Shows a text, or a JSON text, with marked words to a reader.
 *
 * @param namespaces the reader reaches these; `null`: all of them.
 */
export function unmarked(text: string, namespaces: readonly string[] | null): string {
  if (!text.includes(BEGIN)) {
    return text
  }
  const hidden = text.replace(MARK, (_, namespace: string, word: string) =>
    namespaces === null || namespaces.includes(namespace) ? word : HIDDEN,
  )
  return PHRASES.reduce((shown, [pattern, phrase]) => shown.replace(pattern, phrase), hidden)
}

/** The same of a value of plain data. */
export function unmarkedValue<T>(value: T, namespaces: readonly string[] | null): T {
  const text = JSON.stringify(value)
  return text === undefined || !text.includes(BEGIN) ? value : (JSON.parse(unmarked(text, namespaces)) as T)
}
