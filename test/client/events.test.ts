import { describe, expect, it } from 'vitest'
import type { JobEvent } from '../../src/client/index.ts'
import { messagesOf } from '../../src/client/messages.ts'
import { refusal, refused, type Step, scriptedClient } from '../support/scripted-fetch.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const path = (outcome: string | null, id = 'a') => `event: path\ndata: ${JSON.stringify({ id, outcome })}\n\n`
const result = (id: number) => `event: result\nid: ${id}\ndata: ${JSON.stringify({ path: 'a', id: `res_${id}` })}\n\n`
const done = (id: number) => `event: done\nid: ${id}\ndata: {"id":"job_1"}\n\n`

const chunks = (...texts: string[]): ReadableStream<Uint8Array<ArrayBuffer>> =>
  ReadableStream.from(texts.map((text) => new TextEncoder().encode(text)))

const stream = (...texts: string[]): Response =>
  new Response(chunks(...texts), { headers: { 'content-type': 'text/event-stream' } })

/** Breaks off after what came. */
const broken = (text: string): Response => {
  let sent = false
  const body = new ReadableStream({
    pull(controller) {
      if (sent) {
        controller.error(new TypeError('terminated'))
      } else {
        sent = true
        controller.enqueue(new TextEncoder().encode(text))
      }
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

async function told(steps: readonly Step[], lastEventId?: string) {
  const script = scriptedClient(steps)
  const events: JobEvent[] = []
  const follow = async () => {
    for await (const event of script.client.jobEvents('job_1', { lastEventId })) {
      events.push(event)
    }
  }
  const error = await script.run(follow().catch((thrown: Error) => thrown))
  return {
    error,
    events: events.map((each) =>
      each.event === 'path' ? `${each.data.id} ${each.data.outcome}` : `${each.event} ${each.id}`,
    ),
    asked: script.seen.map(({ request }) => request.headers.get('last-event-id')),
    script,
  }
}

describe('jobEvents', () => {
  it('tells what happens until the end', async () => {
    const { events, asked } = await told([stream(path(null), result(1), path('pass'), done(2), result(9))])
    expect([events, asked]).toEqual([['a null', 'result 1', 'a pass', 'done 2'], [null]])
  })

  it('goes on after a broken connection, and tells nothing twice', async () => {
    const first = broken(`${path(null)}${result(1)}event: result\nid: 2\ndata: {"pa`)
    const { events, asked } = await told([first, refused(), stream(path(null), result(2), path('fail'), done(3))])
    expect(events).toEqual(['a null', 'result 1', 'result 2', 'a fail', 'done 3'])
    expect(asked).toEqual([null, '1', '1'])
  })

  it('goes on where the server ended the stream before the job, and where a caller left off', async () => {
    const { events, asked } = await told([stream(': still here\n\n'), stream(result(8), done(9))], '7')
    expect([events, asked]).toEqual([
      ['result 8', 'done 9'],
      ['7', '7'],
    ])
  })

  it('ends at once for whoever has seen the end', async () => {
    expect(await told([new Response(null, { status: 204 })], '9')).toMatchObject({ events: [], asked: ['9'] })
  })

  it('leaves out what it does not know', async () => {
    expect((await told([stream('event: news\ndata: {}\n\n', done(1))])).events).toEqual(['done 1'])
  })

  it('ends with the refusal, and after a server that is gone for half a minute', async () => {
    expect((await told([refusal(404, 'not_found')])).error).toMatchObject({ code: 'not_found' })
    const gone = await told(Array.from({ length: 50 }, refused))
    expect(gone.error).toMatchObject({ name: 'PortolanUnreachable' })
    expect(gone.script.clock.elapsedMs).toBeLessThan(60_000)
  })

  it('takes a connection that says nothing for longer than the server would for a broken one', async () => {
    const silent = () => new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } })
    const { events, script } = await told([silent(), stream(done(1))])
    expect([events, script.clock.elapsedMs]).toEqual([['done 1'], 45_500])
    expect((await told(Array.from({ length: 50 }, silent))).error).toMatchObject({ reason: 'timeout' })
  })

  it.each(['{"id":', 'null', '[]'])("ends where the stream is none of Portolan's: %s", async (data) => {
    const { error } = await told([stream(`event: path\ndata: ${data}\n\n`)])
    expect(error).toMatchObject({ name: 'PortolanUnexpectedAnswer', status: 200 })
  })

  it('keeps no connection open for whoever has seen enough', async () => {
    let cancelled = false
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(result(1))),
      cancel: () => {
        cancelled = true
      },
    })
    const { client } = scriptedClient([new Response(body, { headers: { 'content-type': 'text/event-stream' } })])
    for await (const _ of client.jobEvents('job_1')) {
      break
    }
    expect(cancelled).toBe(true)
  })
})

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) {
    found.push(item)
  }
  return found
}

it('reads a stream however it is cut, with every end of line and several lines of data', async () => {
  const text =
    'event: a\r\nid: 1\r\ndata: é\r\ndata:  x\r\n\r\n: comment\r\rdata\rdata: \r\r\nevent: none\n\nid: 2\ndata: z\n\nevent: cut'
  const bytes = new TextEncoder().encode(text)
  const cuts = [1, 2, 3, 7, bytes.length]
  for (const size of cuts) {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.slice(at * size, (at + 1) * size),
    )
    expect(await all(messagesOf(ReadableStream.from(parts), new VirtualClock()))).toEqual([
      { event: 'a', id: '1', data: 'é\n x' },
      { event: 'message', id: null, data: '\n' },
      { event: 'message', id: '2', data: 'z' },
    ])
  }
})
