/** One server-sent event as it came over the wire. */
export type SeenEvent = { event: string; id: string | null; data: Record<string, unknown> }

/** Reads a stream of events until it closes or `enough` says so. */
export async function readEvents(
  response: Response,
  enough: (events: readonly SeenEvent[]) => boolean = () => false,
): Promise<SeenEvent[]> {
  const events: SeenEvent[] = []
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true })
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? null
      const data = field('data')
      if (data !== null) {
        events.push({ event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) })
      }
    }
    if (enough(events)) {
      break
    }
  }
  return events
}
