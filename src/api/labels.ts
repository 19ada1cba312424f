import { refusedQuery } from './query-words.ts'

/** `key=value` parameters → labels. @param name of the parameter. */
export function readLabels(given: readonly string[], name = 'label'): Record<string, string> {
  return Object.fromEntries(
    given.map((label) => {
      const at = label.indexOf('=')
      if (at > 0) {
        return [label.slice(0, at), label.slice(at + 1)]
      }
      throw refusedQuery([{ pointer: `?${name}`, detail: `"${label}" is not key=value` }])
    }),
  )
}
