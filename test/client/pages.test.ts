import { describe, expect, it } from 'vitest'
import { PortolanUnexpectedAnswer } from '../../src/client/index.ts'
import { json, type Step, scriptedClient } from '../support/scripted-fetch.ts'

const page = (items: readonly string[], nextCursor: string | null) =>
  json({ items: items.map((id) => ({ id })), nextCursor })

async function read(steps: readonly Step[], cursor?: string) {
  const { client, run, seen } = scriptedClient(steps)
  const ids: string[] = []
  const readAll = async () => {
    for await (const { id } of client.eachJob({ limit: 2, cursor })) {
      ids.push(id)
    }
  }
  const error = await run(readAll().catch((thrown: Error) => thrown))
  return { ids, error, asked: seen.map(({ request }) => new URL(request.url).searchParams.get('cursor')) }
}

describe('each item of a list', () => {
  it('is told, page by page, from the cursor that is given', async () => {
    expect(await read([page(['a', 'b'], 'two'), page([], 'three'), page(['c'], null)], 'one')).toEqual({
      ...{ ids: ['a', 'b', 'c'], error: undefined, asked: ['one', 'two', 'three'] },
    })
  })

  it.each<[string, Step[], string | undefined, string[]]>([
    ['the same each time', [page(['a'], 'one'), page(['a'], 'one')], undefined, ['a', 'a']],
    ['the one that was asked with', [page(['a'], 'one')], 'one', ['a']],
    ['those of a ring', [page(['a'], 'one'), page(['b'], 'two'), page(['c'], 'one')], undefined, ['a', 'b', 'c']],
  ])('ends with an error that says so where a server goes round: its cursors are %s', async (_, steps, cursor, ids) => {
    const told = await read(steps, cursor)
    expect([told.ids, told.error]).toEqual([ids, expect.any(PortolanUnexpectedAnswer)])
    expect(told.error).toMatchObject({
      status: 200,
      message:
        'GET http://portolan.test/base/v1/jobs was answered with a nextCursor that had been asked with before, so that its pages would never end: is a cache or proxy in between, which leaves out the query?',
    })
  })

  it.each([
    ['no items', { nextCursor: null }],
    ['items that are no list', { items: 'ab', nextCursor: null }],
    ['a cursor that is no text', { items: [], nextCursor: 7 }],
  ])('is none of an answer that is no page: %s', async (_, answer) => {
    expect((await read([json(answer)])).error).toBeInstanceOf(PortolanUnexpectedAnswer)
  })
})
