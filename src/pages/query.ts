/** Hands on what the address of a page asks for to the API, which alone knows what it means. */

import type { ApiContext } from '../api/route.ts'
import { PortolanProblem } from '../client/errors.ts'

/** The parameters of a query by their names; those of a form that were left empty are not there. */
export type Asked = Readonly<Record<string, string | readonly string[]>>

/**
 * Reads the query of a page's address. Links that people share gain parameters on their way: what the page does not know
 * is left out, and not refused as the API would.
 *
 * @param names of the parameters that the page knows besides those of the pages of a list; `all`: it is the address of the
 *   API as well, which refuses what it does not know.
 * @param lists names of parameters that may be given several times.
 */
export function askedOf(context: ApiContext, names: readonly string[] | 'all', lists: readonly string[] = []): Asked {
  const given = Object.entries(context.req.queries()).flatMap(([name, values]) => {
    const kept = values.filter((value) => value.trim() !== '')
    const isKnown = names === 'all' || OF_LISTS.includes(name) || names.includes(name)
    return isKnown && kept[0] !== undefined
      ? [[name, lists.includes(name) || kept.length > 1 ? kept : kept[0]] as const]
      : []
  })
  return Object.fromEntries(given)
}

const OF_LISTS: readonly string[] = ['cursor', 'limit']

/** A value of a query, for the field of a form. */
export const textOf = (asked: Asked, name: string): string => {
  const value = asked[name] ?? ''
  return typeof value === 'string' ? value : value.join(', ')
}

/** The address of a page with a query. What is `null` is left out. */
export function hrefWith(path: string, asked: Asked, more: Readonly<Record<string, string | null>> = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...asked, ...more })) {
    for (const each of value === null ? [] : typeof value === 'string' ? [value] : value) {
      query.append(name, each)
    }
  }
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

/** Returns the answer of the API, or its refusal of the query as a value, for the form that sent it. */
export async function answeredOr<T>(answer: Promise<T>): Promise<{ data: T } | { refused: PortolanProblem }> {
  try {
    return { data: await answer }
  } catch (error) {
    if (error instanceof PortolanProblem && error.code === 'invalid_request') {
      return { refused: error }
    }
    throw error
  }
}

/**
 * A page asks for the document, whatever format its reader asked for, and takes a verdict for no refusal. A status that
 * may not be asked for is left for the API to refuse.
 */
export function withoutFormat({ format: _format, failStatus, ...asked }: Asked): Asked {
  return failStatus === undefined || failStatus === '424' ? asked : { ...asked, failStatus }
}
