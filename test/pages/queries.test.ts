/** What stands in the address of a page besides what it asks for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage } from '../support/html.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'

let api: TestPortolan

beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_CLUSTER: 'pond' })
})
afterAll(() => api.close())

const LISTS = ['/', '/incidents', '/jobs', '/batches', '/schedules', '/clusters', '/report', '/audit', '/docs/search']

describe.each([...LISTS, '/try', '/schedules/new'])('%s', (path) => {
  it.each(['utm_source=mail&fbclid=x', 'constructor=1&__proto__=2&toString=3', '%zz=1&=&&a=%', 'format=html'])(
    'is shown whatever else its address has gained on its way: %s',
    async (query) => {
      const { status, headers } = await openPage(api, `${path}?${query}`)
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    },
  )

  it('begins at the first page where the cursor is empty', async () => {
    expect((await openPage(api, `${path}?cursor=`)).status).toBe(200)
  })
})

it.each(['/jobs?cursor=bad', '/batches?cursor=bad', '/schedules?cursor=bad', '/clusters?cursor=bad', '/?cursor=bad'])(
  'says of a cursor that is none what to do: %s',
  async (path) => {
    const { status, text } = await openPage(api, path)
    expect([status, text]).toEqual([400, expect.stringContaining('leave it out to begin at the first page')])
  },
)

it.each(['constructor', '__proto__', 'somebody'])(
  'shows all schedules to who asks for those kept by %s',
  async (by) => {
    const { status, html } = await openPage(api, `/schedules?managedBy=${by}`)
    expect([status, html]).toEqual([200, expect.stringContaining('<a href="/schedules" aria-current="true">All</a>')])
  },
)

it('shows the login whatever else its address has gained on its way', async () => {
  const { status, html } = await openPage(api, '/login?utm_source=mail&constructor=1&next=/jobs')
  expect([status, html]).toEqual([200, expect.stringContaining('name="next" value="/jobs"')])
})

it('still refuses at addresses of the API what the API does not know', async () => {
  expect((await openPage(api, '/v1/report?utm_source=mail')).status).toBe(400)
})
