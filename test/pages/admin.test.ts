import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage, textOf } from '../support/html.ts'
import { fieldOf, filled, formOf, formsOf, postForm } from '../support/page-form.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { toadService } from '../support/toad.ts'

const ADMIN = 'an-admin-token-of-tests'
const AS_ADMIN = { authorization: `Bearer ${ADMIN}` }
let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_ADMIN_TOKEN: ADMIN, PORTOLAN_AUTH: 'tokens', PORTOLAN_CLUSTER: 'pond' })
})
afterAll(() => api.close())

const look = (path: string, headers: Record<string, string> = AS_ADMIN) => openPage(api, path, { headers })
const post = (path: string, body: string) => postForm(api, path, body, { headers: AS_ADMIN })
const TOKEN = /pt_[0-9A-Za-z]{33}/

async function makeToken(
  values: Record<string, string | string[]>,
): Promise<{ token: string; html: string; id: string }> {
  const form = formOf((await look('/tokens/new')).html, '/tokens/new')
  const made = await post(form.action, filled(form, values))
  expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store'])
  const [token = ''] = TOKEN.exec(made.html) ?? []
  const [, id = ''] = /\/tokens\/(tok_\w+)\/revoke/.exec(made.html) ?? []
  return { token, html: made.html, id }
}

describe('/tokens', () => {
  it('makes a token of what is typed, and shows it once', async () => {
    const { token, html } = await makeToken({
      ...{
        name: 'CI of the shop',
        scopes: ['jobs:read', 'jobs:write'],
        namespaces: 'shop, pond',
        expiresAt: '2036-01-31',
      },
      ...{ manifests: 'on', egressOnly: '10.0.0.0/8', jobsUnderWay: '3' },
    })
    expect(html.match(new RegExp(TOKEN, 'g'))).toHaveLength(1)
    const own = await (await api.call('/v1/whoami', { headers: { authorization: `Bearer ${token}` } })).json()
    expect(own).toMatchObject({
      ...{ name: 'CI of the shop', scopes: ['jobs:read', 'jobs:write'], namespaces: ['shop', 'pond'], clusters: null },
      ...{ manifests: true, egressOnly: ['10.0.0.0/8'], expiresAt: '2036-01-31T00:00:00.000Z' },
      rateLimit: { requestsPerMinute: null, jobsUnderWay: 3, triesPerMinute: null },
    })
    const list = await look('/tokens')
    expect(list.html).not.toContain(token)
    expect(list.text).toContain(`CI of the shop ${token.slice(0, 8)}`)
    expect(list.text).toContain(
      'jobs:read, jobs:write namespaces shop, pond manifests too dials only 10.0.0.0/8 jobs at once: 3',
    )
  })

  it('makes none for a form that is sent again', async () => {
    const form = formOf((await look('/tokens/new')).html, '/tokens/new')
    const body = filled(form, { name: 'once', scopes: ['plan'] })
    const [first, second] = [await post(form.action, body), await post(form.action, body)]
    expect([first.status, second.status]).toEqual([201, 409])
    expect(second.html).not.toMatch(TOKEN)
    expect(second.text).toContain('has made the token')
  })

  it.each([
    ['no scope', { scopes: [] }, 400, 'scopes'],
    ['no name', { name: '' }, 400, 'name'],
    ['a namespace that is none', { namespaces: 'Shop' }, 400, 'namespaces'],
    ['a range that is none', { egressOnly: '10.0.0.0/99' }, 400, 'egressOnly'],
    ['manifests without ranges', { namespaces: 'shop', manifests: 'on' }, 422, 'egressOnly'],
    ['a day that has passed', { expiresAt: '2020-01-01' }, 422, 'expiresAt'],
    ['a day that is none', { expiresAt: 'tomorrow' }, 400, 'expiresAt'],
    ['a limit that is none', { triesPerMinute: 'few' }, 400, 'triesPerMinute'],
  ] as const)('tells %s at its field, and keeps what was typed', async (_name, extra, status, field) => {
    const form = formOf((await look('/tokens/new')).html, '/tokens/new')
    const values = { name: 'wrong', scopes: ['plan', 'jobs:read'], clusters: 'pond', ...extra }
    const refused = await post(form.action, filled(form, values))
    expect([refused.status, fieldOf(refused.html, field)?.isWrong]).toEqual([status, true])
    expect(refused.html).toContain(`<a href="#${field}">`)
    const again = formOf(refused.html, '/tokens/new')
    for (const [name, value] of Object.entries(values)) {
      expect(again.fields.filter(([each]) => each === name).map(([, each]) => each)).toEqual([value].flat())
    }
  })

  it('offers only what whoever looks may give, and the API refuses the rest', async () => {
    const { token } = await makeToken({ name: 'gives', scopes: ['tokens:write', 'plan'], namespaces: 'shop' })
    const as = { authorization: `Bearer ${token}` }
    const { html, text } = await look('/tokens/new', as)
    expect([...html.matchAll(/name="scopes" value="([^"]+)"/g)].map(([, scope]) => scope)).toEqual([
      'plan',
      'tokens:write',
    ])
    expect(text).toContain('You reach only shop')
    const form = formOf(html, '/tokens/new')
    const forged = await postForm(
      api,
      form.action,
      filled(form, { name: 'more', scopes: ['admin'], namespaces: 'pond' }),
      { headers: as },
    )
    expect([
      forged.status,
      fieldOf(forged.html, 'scopes')?.isWrong,
      fieldOf(forged.html, 'namespaces')?.isWrong,
    ]).toEqual([403, true, true])
  })

  it('revokes after asking', async () => {
    const { token, id } = await makeToken({ name: 'to go', scopes: ['plan'] })
    const asked = await look(`/tokens/${id}/revoke`)
    expect(asked.text).toContain('Revoke to go?')
    const form = formOf(asked.html, `/tokens/${id}/revoke`)
    expect((await post(form.action, filled(form))).text).toContain('to go is revoked')
    expect((await fetch(`${api.url}/v1/whoami`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
  })

  it('has the token of the environment without a button, says why, and warns while it need not be set', async () => {
    await makeToken({ name: 'another admin', scopes: ['admin'] })
    const { html, text } = await look('/tokens')
    expect(text).toContain('PORTOLAN_ADMIN_TOKEN of the environment')
    expect(text).toContain('it is ended there, not here')
    expect(html).not.toContain('/tokens/admin/revoke')
    expect(text).toContain('Warning PORTOLAN_ADMIN_TOKEN is still set')
    const question = await look('/tokens/admin/revoke')
    expect(question.text).toContain('cannot be revoked here')
    expect(formsOf(question.html)).toEqual([])
    expect((await post('/tokens/admin/revoke', '')).status).toBe(409)
  })

  it('says what to set on a server that asks nobody for a token', async () => {
    const open = await startTestPortolan()
    try {
      const { status, text } = await openPage(open, '/tokens')
      // Workers always have one
      expect(open.databaseFile === '' ? [status] : [status, text]).toEqual(
        open.databaseFile === '' ? [200] : [409, expect.stringContaining('To have tokens, set PORTOLAN_ADMIN_TOKEN')],
      )
    } finally {
      await open.close()
    }
  })
})

describe('/clusters', () => {
  it('says of a cluster that is not configured what to set, and of its Services the same', async () => {
    const { text, status } = await look('/clusters')
    expect([status, text]).toEqual([200, expect.stringContaining('pond – Not configured since')])
    const services = await look('/clusters/pond?selector=a%20in%20')
    expect([services.status, fieldOf(services.html, 'selector')?.isWrong]).toEqual([400, true])
    expect((await look('/clusters/pond')).status).toBe(422)
    const tried = await post('/clusters/pond/look', 'namespace=shop&service=toad')
    expect([tried.status, tried.text]).toEqual([422, expect.stringContaining('cluster')])
  })
})

describe('/audit', () => {
  it('tells who changed what, field by field, and filters by who, what and when', async () => {
    const job = { target: { manifests: [toadService(80)] } }
    const made = await api.call('/v1/schedules', {
      headers: AS_ADMIN,
      json: { name: 'toad', cron: '@daily', enabled: false, job },
    })
    const { id } = (await made.json()) as { id: string }
    await api.call(`/v1/schedules/${id}`, {
      method: 'PATCH',
      headers: { ...AS_ADMIN, 'if-match': '*' },
      json: { cron: '@hourly', jitterMs: 5 },
    })
    const { html, text } = await look(`/audit?resource=${id}`)
    expect(text).toContain('cron : @daily → @hourly jitterMs : 0 → 5')
    expect(text).toContain(`schedule.changed schedule ${id}`)
    expect(html).toContain(`href="/schedules/${id}"`)
    const changed = await look(`/audit?resource=${id}&action=schedule.changed&actor=admin&from=2020-01-01T00:00:00Z`)
    expect(changed.html.match(/<th scope="row"/g)).toHaveLength(1)
    expect((await look(`/audit?resource=${id}&to=2020-01-01T00:00:00Z`)).text).toContain('No entry matches.')
    const wrong = await look('/audit?from=yesterday&action=')
    expect([wrong.status, fieldOf(wrong.html, 'from')?.isWrong]).toEqual([400, true])
    expect(textOf(wrong.html)).toContain('From')
  })

  it('pages through all, each once', async () => {
    const seen: string[] = []
    let next: string | undefined = '/audit'
    while (next !== undefined) {
      const { html } = await look(next)
      seen.push(...[...html.matchAll(/request (req_\w+)/g)].map(([, id]) => id ?? ''))
      next = /href="([^"]+)">Next page/.exec(html)?.[1]?.replaceAll('&amp;', '&')
    }
    const { items } = (await (await api.call('/v1/audit?limit=200', { headers: AS_ADMIN })).json()) as {
      items: { requestId: string }[]
    }
    expect(seen).toEqual(items.map(({ requestId }) => requestId))
  })
})
