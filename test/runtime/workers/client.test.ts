import { expect, it } from 'vitest'
import { createClient, PortolanUnreachable } from '../../../src/client/index.ts'

it('asks from within workerd, and ends what is not answered', async () => {
  const client = createClient({
    ...{ baseUrl: 'https://portolan.test', token: 'pt_secret', retry: { limit: 0 } },
    fetch: ({ url, headers, redirect }) =>
      url.endsWith('/livez')
        ? Response.json({ status: `${headers.get('authorization')} ${redirect}` })
        : new Promise(() => undefined),
  })
  expect(await client.getLivez()).toEqual({ status: 'Bearer pt_secret manual' })
  const silent = client.createJob('kind: Service', { requestTimeoutMs: 10, signal: new AbortController().signal })
  await expect(silent).rejects.toBeInstanceOf(PortolanUnreachable)
  const stop = AbortSignal.abort(new Error('enough'))
  await expect(client.getJob('job_1', { signal: stop })).rejects.toThrow('enough')
})
