import { afterEach, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { readProblem } from '../../support/read.ts'
import { toadService } from '../../support/toad.ts'

let api: TestPortolan | null = null
afterEach(() => api?.close())

describe('a server with more to do than it can', () => {
  it('refuses new work at once, tells how it does, and takes work again when it can', async () => {
    let isHigh = true
    const createAdmission = () => ({ connected: () => undefined, mayBegin: async () => !isHigh })
    api = await startTestPortolan({}, { createAdmission })
    for (const path of ['/v1/jobs', '/v1/services', '/docs', '/openapi.json']) {
      const refused = await api.call(path)
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
      expect((await readProblem(refused)).code).toBe('unavailable')
    }
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect((await api.call(path)).status).toBe(200)
    }
    isHigh = false
    const json = { target: { manifests: [toadService(1)] } }
    expect((await api.call('/v1/plan', { json })).status).toBe(200)
  })
})
