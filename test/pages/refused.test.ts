import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'

let portolan: TestPortolan
beforeAll(async () => {
  portolan = await startTestPortolan()
})
afterAll(() => portolan.close())

it('what the API refuses a page is what the page refuses, in the same words', async () => {
  const page = await fetch(`${portolan.url}/services/default/none/none`, { headers: { accept: 'text/html' } })
  const asked = await portolan.call('/v1/services/none/none?cluster=default')
  const { detail } = (await asked.json()) as { detail: string }
  expect([page.status, asked.status]).toEqual([404, 404])
  expect(await page.text()).toContain(`<p>${detail}</p>`)
})

it('a page is text, whatever stands in its address', async () => {
  const page = await fetch(`${portolan.url}/?q=%00&verdict=%00`, { headers: { accept: 'text/html' } })
  const text = await page.text()
  expect([page.status, text.includes('\0'), text.includes('\ufffd')]).toEqual([400, false, true])
})
