import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage } from '../support/html.ts'
import { fieldOf, filled, formOf, postForm } from '../support/page-form.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { read } from '../support/read.ts'
import { type Announced, announce, type Page, publish, published } from '../support/status.ts'

let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan()
})
afterAll(() => api.close())

const look = async (path: string) => {
  const { status, html, text } = await openPage(api, path)
  expect([path, status]).toEqual([path, 200])
  return { html, text }
}
async function send(page: string, action: string, values: Readonly<Record<string, string | readonly string[]>>) {
  const form = formOf((await look(page)).html, action)
  return postForm(api, action, filled(form, values))
}
const make = (values: Readonly<Record<string, string>>) =>
  send('/status-pages/new', '/status-pages/new', { title: 'Pond Inc.', services: 'pond/toad = Checkout', ...values })
const documentAt = (path: string) => read<Page>(api.call(`/v1${path}`))

describe('/status-pages', () => {
  it('makes the page that is typed, shows it in the list, and changes it', async () => {
    const typed = '\npond/toad = Checkout = fast \n\n west/eu/pond/frog=Search\n'
    const made = await make({ slug: 'pond', description: 'What we run', services: typed, public: 'on' })
    const path = made.headers.get('location') ?? ''
    expect([made.status, await documentAt(path)]).toEqual([
      303,
      expect.objectContaining({
        ...{ title: 'Pond Inc.', slug: 'pond', description: 'What we run', public: true, indexed: false },
        services: [
          { cluster: 'default', namespace: 'pond', name: 'toad', title: 'Checkout = fast' },
          { cluster: 'west/eu', namespace: 'pond', name: 'frog', title: 'Search' },
        ],
      }),
    ])
    expect((await look('/status-pages')).text).toMatch(/Pond Inc\. \/status\/pond Anybody 2 /)
    // What is shown to be changed is what it is
    expect((await send(`${path}/edit`, `${path}/edit`, {})).headers.get('location')).toBe(path)
    expect((await documentAt(path)).services).toHaveLength(2)
    await send(`${path}/edit`, `${path}/edit`, { title: 'Sea Inc.', description: '', public: [] })
    expect(await documentAt(path)).toMatchObject({ title: 'Sea Inc.', description: null, public: false, slug: 'pond' })
    expect((await send(`${path}/delete`, `${path}/delete`, {})).headers.get('location')).toBe('/status-pages')
    expect((await api.call(`/v1${path}`)).status).toBe(404)
  })

  it('makes one page of a form that is sent twice', async () => {
    const form = formOf((await look('/status-pages/new')).html, '/status-pages/new')
    const body = filled(form, { title: 'Twice', services: 'pond/toad = A' })
    const sent = [await postForm(api, form.action, body), await postForm(api, form.action, body)]
    const [first, second] = sent.map(({ headers }) => headers.get('location'))
    expect([sent.map(({ status }) => status), first]).toEqual([[303, 303], second])
  })

  it('says of each field what the API says of it, with the line, and keeps what was typed', async () => {
    await publish(api.call, { slug: 'taken', services: [published('toad', 'A')] })
    const taken = await make({ slug: 'taken', title: 'Mine' })
    expect([taken.status, fieldOf(taken.html, 'slug'), fieldOf(taken.html, 'title')]).toEqual([
      ...[409, { isWrong: true, error: 'Is that of another status page: choose another' }],
      { isWrong: false, error: null },
    ])
    expect(taken.html).toContain('value="Mine"')
    const services = 'pond/toad = Checkout\n\nfrog = Search\npond/newt'
    const wrong = await make({ services })
    expect([wrong.status, fieldOf(wrong.html, 'services')]).toEqual([
      400,
      {
        isWrong: true,
        error:
          'Line 3: In which namespace is it? Write namespace/name = Title. ' +
          'Line 4: What is it called to others? Write namespace/name = Title.',
      },
    ])
    expect(wrong.html).toContain(services)
    const twice = await make({ services: 'pond/toad = A\npond/toad = B' })
    expect([twice.status, fieldOf(twice.html, 'services')?.error]).toEqual([
      ...[422, 'Line 2: Is the Service of /services/0 again: leave it out.'],
    ])
  })

  it('saves nothing over what somebody else has changed meanwhile, until it is said again', async () => {
    const { id } = await publish(api.call, { services: [published('toad', 'A')] })
    const action = `/status-pages/${id}/edit`
    const form = formOf((await look(action)).html, action)
    await api.call(`/v1/status-pages/${id}`, {
      method: 'PATCH',
      json: { title: 'Theirs' },
      headers: { 'if-match': '*' },
    })
    const refused = await postForm(api, action, filled(form, { title: 'Mine' }))
    expect([refused.status, refused.text.includes('Somebody else has changed it meanwhile')]).toEqual([412, true])
    expect((await documentAt(`/status-pages/${id}`)).title).toBe('Theirs')
    expect((await postForm(api, action, filled(formOf(refused.html, action)))).status).toBe(303)
    expect((await documentAt(`/status-pages/${id}`)).title).toBe('Mine')
  })
})

describe('/status-pages/{id}', () => {
  it('announces, tells how it went on, and deletes', async () => {
    const page = await publish(api.call, { services: [published('toad', 'Checkout'), published('frog', 'Search')] })
    const path = `/status-pages/${page.id}`
    const said = await send(path, `${path}/announcements`, {
      ...{ title: 'Slow', body: 'We look\ninto it.', state: 'identified', services: ['Search'] },
    })
    const list = () => read<{ items: Announced[] }>(api.call(`/v1${path}/announcements`))
    const [made] = (await list()).items
    expect([said.status, said.headers.get('location'), made]).toEqual([
      ...[303, `${path}#${made?.id}`],
      expect.objectContaining({
        ...{ title: 'Slow', state: 'identified', services: ['Search'] },
        updates: [expect.objectContaining({ body: 'We look\ninto it.' })],
      }),
    ])
    expect((await look(path)).text).toMatch(/Slow ! Identified Search Identified .*? UTC : We look into it\./)
    const one = `${path}/announcements/${made?.id}`
    expect((await look(one)).text).toMatch(/Identified .*? UTC : We look into it\. Tell how it went on/)
    expect((await send(one, one, { state: 'resolved', body: 'It is back.' })).status).toBe(303)
    expect((await list()).items[0]).toMatchObject({ state: 'resolved', updates: [{}, { body: 'It is back.' }] })
    expect((await send(`${one}/delete`, `${one}/delete`, {})).headers.get('location')).toBe(path)
    expect((await list()).items).toEqual([])
  })

  it('says of each field what the API says of it', async () => {
    const page = await publish(api.call, { services: [published('toad', 'Checkout')] })
    const path = `/status-pages/${page.id}`
    const refused = await send(path, `${path}/announcements`, {
      title: 'Slow',
      services: ['Toads'],
      body: 'x'.repeat(2001),
    })
    expect([refused.status, fieldOf(refused.html, 'body')?.isWrong, refused.html.includes('value="Slow"')]).toEqual([
      ...[400, true, true],
    ])
    const made = await announce(api.call, page, {})
    const one = `${path}/announcements/${made.id}`
    const long = await send(one, one, { body: 'x'.repeat(2001) })
    expect([long.status, fieldOf(long.html, 'body')?.isWrong]).toEqual([400, true])
  })

  it('says that there is none', async () => {
    const { status, text } = await openPage(api, '/status-pages/stp_01KAXW0000EXAMPLE0000000AB')
    expect([status, text.includes('There is no status page')]).toEqual([404, true])
  })
})
