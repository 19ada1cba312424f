/** Goes through all pages of a list. */
import { PortolanUnexpectedAnswer } from './errors.ts'
import type { WithResponse } from './types.ts'

type Page = { items: readonly unknown[]; nextCursor: string | null }

/**
 * @param ask for the page after a cursor; `undefined`: for the first. A page is asked for when it is needed.
 * @param asked for messages: the method and the address.
 * @throws PortolanUnexpectedAnswer also where the pages would never end.
 */
export async function* eachOf(
  ask: (cursor: string | undefined) => Promise<WithResponse<unknown>>,
  first: string | undefined,
  asked: string,
): AsyncGenerator<unknown, void, undefined> {
  const seen = new Set<string>()
  for (let cursor: string | null = first ?? null; ; ) {
    if (cursor !== null) {
      seen.add(cursor)
    }
    const answered = await ask(cursor ?? undefined)
    const { items, nextCursor } = pageOf(answered, asked)
    yield* items
    if (nextCursor === null) {
      return
    }
    if (seen.has(nextCursor)) {
      throw unexpectedly(answered, `${asked} was answered with ${ROUND}`)
    }
    cursor = nextCursor
  }
}

const ROUND =
  'a nextCursor that had been asked with before, so that its pages would never end: is a cache or proxy in between, ' +
  'which leaves out the query?'

function pageOf(answered: WithResponse<unknown>, asked: string): Page {
  const { items, nextCursor = null } = answered.data as Partial<Page>
  if (!Array.isArray(items) || (nextCursor !== null && typeof nextCursor !== 'string')) {
    throw unexpectedly(answered, `${asked} was answered with what is no page of a list: is Portolan there?`)
  }
  return { items, nextCursor }
}

const unexpectedly = ({ response }: WithResponse<unknown>, message: string): PortolanUnexpectedAnswer =>
  new PortolanUnexpectedAnswer(message, response.status, response.headers.get('content-type'))
