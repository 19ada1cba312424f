import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { toadService } from '../support/toad.ts'

const PUBLIC = 'https://portolan.example'

let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_PUBLIC_URL: PUBLIC })
})
afterAll(() => api.close())

it.each(['text', 'markdown', 'junit', 'tap'])('each link of a report in %s opens on the server', async (format) => {
  const json = { target: { manifests: [toadService(1)] }, paths: { include: ['ClusterIP'] } }
  const response = await api.call(`/v1/jobs?wait=20&format=${format}`, { json })
  // It holds for whoever asked, by whatever address
  expect(response.headers.get('location')).toMatch(/^\/v1\/jobs\/job_\w+$/)
  const links = (await response.text()).match(/https:\/\/portolan\.example\/[^\s"<)]*/g) ?? []
  expect(links.length).toBeGreaterThan(0)
  for (const link of new Set(links)) {
    const opened = await api.call(link.slice(PUBLIC.length).replaceAll('&amp;', '&'))
    expect([link, opened.status]).toEqual([link, 200])
    // Browsers show this type and do not save it as a file
    if (link.includes('/docs/')) {
      expect(opened.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    }
    await opened.body?.cancel()
  }
})
