/** Goes through all pages of a list. */

type Page = { items: readonly unknown[]; nextCursor: string | null }

/** @param ask for the page after a cursor; `undefined`: for the first. A page is asked for when it is needed. */
export async function* eachOf(
  ask: (cursor: string | undefined) => Promise<unknown>,
  first: string | undefined,
): AsyncGenerator<unknown, void, undefined> {
  let cursor = first
  do {
    const page = (await ask(cursor)) as Page
    yield* page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}
