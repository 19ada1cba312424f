import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startTestPortolan } from '../../support/portolan.ts'
import { read } from '../../support/read.ts'

const ADMIN_TOKEN = 'a-token-of-the-test-0123456789'
const folder = mkdtempSync(join(tmpdir(), 'portolan-start-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = (env: Record<string, string> = {}) =>
  startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_DATABASE: join(folder, 'portolan.db'), ...env })
const refusal = {
  message:
    'PORTOLAN_ADMIN_TOKEN: PORTOLAN_AUTH=tokens needs it, as no token with the scope admin is in force; set it to a secret of at least 16 characters',
}

it('starts without PORTOLAN_ADMIN_TOKEN for as long as a token of the database lets somebody in to make others', async () => {
  await expect(start()).rejects.toMatchObject(refusal)
  const first = await start({ PORTOLAN_ADMIN_TOKEN: ADMIN_TOKEN })
  const { id, token } = await read<{ id: string; token: string }>(
    first.call('/v1/tokens', {
      json: { name: 'the operator', scopes: ['admin'] },
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    }),
  )
  await first.close()

  const second = await start()
  const headers = { authorization: `Bearer ${token}` }
  const { items } = await read<{ items: { id: string }[] }>(second.call('/v1/tokens', { headers }))
  expect(items.map((each) => each.id)).toEqual([id])
  expect((await second.call('/v1/jobs', { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })).status).toBe(401)
  expect((await second.call(`/v1/tokens/${id}`, { method: 'DELETE', headers })).status).toBe(200)
  expect((await second.call('/v1/jobs', { headers })).status).toBe(401)
  await second.close()

  await expect(start()).rejects.toMatchObject(refusal)
})
