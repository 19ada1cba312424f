import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readProblem } from '../support/read.ts'

let portolan: TestPortolan
beforeAll(async () => {
  portolan = await startTestPortolan({ PORTOLAN_CLUSTER: 'pond' })
})
afterAll(() => portolan.close())

describe('a server that reads no cluster', () => {
  it('says so of the one that it has a name for', async () => {
    const answer = await portolan.call('/v1/clusters')
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        items: [
          {
            name: 'pond',
            source: null,
            state: 'absent',
            since: expect.any(String),
            server: null,
            version: null,
            identity: 'unknown',
            problem: 'No way into it is configured.',
            kinds: [],
          },
        ],
        nextCursor: null,
      },
    ])
  })

  it('has no Services of it to list, nor to probe', async () => {
    const refusal = { status: 422, code: 'no_cluster' }
    expect(await readProblem(portolan.call('/v1/clusters/pond/services'))).toMatchObject(refusal)
    const planned = portolan.call('/v1/plan', { json: { target: { namespace: 'a', service: 'b' } } })
    expect(await readProblem(planned)).toMatchObject(refusal)
  })

  it('refuses a selector that is none', async () => {
    const { status, errors } = await readProblem(portolan.call('/v1/clusters/pond/services?selector=a%20in%20'))
    expect([status, errors.map(({ pointer }) => pointer)]).toEqual([400, ['?selector']])
  })
})
