const MOST = 200

/**
 * The items of page after page, until one is empty.
 *
 * @throws Error where that never comes: a cursor stands still.
 */
export async function allPages<Item, Cursor>(
  read: (after: Cursor | null) => Promise<readonly Item[]>,
  cursorOf: (last: Item) => Cursor,
): Promise<Item[]> {
  const seen: Item[] = []
  let after: Cursor | null = null
  for (let page = 0; page < MOST; page++) {
    const items = await read(after)
    const last = items.at(-1)
    if (last === undefined) {
      return seen
    }
    seen.push(...items)
    after = cursorOf(last)
  }
  throw new Error(`${MOST} pages, and no end`)
}
