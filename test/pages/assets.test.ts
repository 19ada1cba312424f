import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'

let api: TestPortolan

beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: 'pt_an-admin-of-this-test' })
})
afterAll(() => api.close())

const anybody = (path: string) => fetch(api.url + path)

it('has the icon where browsers look for it by themselves', async () => {
  const [icon, favicon] = await Promise.all([anybody('/assets/icon.svg'), anybody('/favicon.ico')])
  expect([favicon.status, favicon.headers.get('content-type')]).toEqual([200, icon.headers.get('content-type')])
  expect(await favicon.text()).toBe(await icon.text())
})

it('lets search engines look at status pages, which say themselves whether they may be listed, and at nothing else', async () => {
  const robots = await anybody('/robots.txt')
  expect([robots.status, robots.headers.get('content-type')]).toEqual([200, 'text/plain; charset=UTF-8'])
  expect((await robots.text()).split('\n').filter((line) => line !== '')).toEqual([
    'User-agent: *',
    'Allow: /status/',
    'Allow: /assets/',
    'Disallow: /',
  ])
})
