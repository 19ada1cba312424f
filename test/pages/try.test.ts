import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXAMPLES } from '../../src/pages/try/examples.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob } from '../support/read.ts'

let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan()
})
afterAll(() => api.close())

const HTML = { accept: 'text/html,*/*;q=0.8' }
type Fields = Readonly<Record<string, string | Blob>>

function formOf(fields: Fields): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    form.set(name, value)
  }
  return form
}

const post = (fields: Fields, path = '/try', headers: Record<string, string> = {}) =>
  fetch(api.url + path, { method: 'POST', body: formOf(fields), headers: { ...HTML, ...headers }, redirect: 'manual' })

/** What a page says, without its marks. */
const said = (html: string): string =>
  html
    .replace(/^[\s\S]*<main[^>]*>/, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(
      /&(amp|lt|gt|quot|#39);/g,
      (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name as 'amp'],
    )
    .replaceAll(/\s+/g, ' ')

const show = async (fields: Fields, path = '/try') => {
  const response = await post(fields, path)
  const html = await response.text()
  return { status: response.status, html, text: said(html), headers: response.headers }
}

const service = (name: string, namespace = 'pond', port = 80) =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec:\n  clusterIP: 10.96.0.7\n  selector: {app: ${name}}\n  ports: [{port: ${port}}]\n`

const plannedOf = (html: string): string => /name="planned" value="([0-9a-f]{32})"/.exec(html)?.[1] ?? ''

describe('GET /try', () => {
  it('is a form with labels, and examples', async () => {
    const html = await (await fetch(`${api.url}/try`, { headers: HTML })).text()
    expect(html).toMatch(/<form id="try-form" class="try" method="post" action="\/try" enctype="multipart\/form-data">/)
    const labelled = [...html.matchAll(/<label for="(\w+)"/g)].map(([, name]) => name)
    expect(labelled).toEqual(['manifests', 'file', 'service', 'namespace', 'vantage'])
    expect(said(html)).toContain('At most 1 MiB')
    expect(EXAMPLES.filter(({ id }) => !html.includes(`href="/try?example=${id}"`))).toEqual([])
  })

  it.each(EXAMPLES.map(({ id }) => id))('shows a plan of the example %s at one click', async (id) => {
    const response = await fetch(`${api.url}/try?example=${id}`, { headers: HTML })
    const html = await response.text()
    expect(response.status).toBe(200)
    expect(html).toContain('<h2 id="plan">')
    expect(html).toContain('<h2 id="paths">')
    expect(plannedOf(html)).not.toBe('')
  })

  it('knows no other example, and reads no other file', async () => {
    for (const id of ['nothing', '../../package.json', 'examples/demo/toad.yaml', '__proto__']) {
      const html = await (await fetch(`${api.url}/try?example=${encodeURIComponent(id)}`, { headers: HTML })).text()
      expect(html).not.toContain('<h2 id="plan">')
    }
  })

  it('is no document', async () => {
    expect((await fetch(`${api.url}/try`)).status).toBe(406)
  })
})

describe('what is pasted', () => {
  it('is planned: the paths, each with the fields that it comes from, and nothing is dialled', async () => {
    const { status, text, headers } = await show({ manifests: service('toad') })
    expect([status, headers.get('cache-control'), headers.get('etag')]).toEqual([200, 'no-store', null])
    expect(text).toMatch(/pond\/toad/)
    expect(text).toContain('ClusterIP 80 10.96.0.7:80')
    expect(text).toContain('Service/toad spec.clusterIP')
    expect(text).toContain('Kinds of paths that do not apply')
    expect((await (await api.call('/v1/jobs')).json()) as object).toMatchObject({ items: [] })
  })

  it('may be a file, which counts in place of the text', async () => {
    const { text } = await show({
      manifests: service('toad'),
      file: new Blob([service('frog').replaceAll('\n', '\r\n')]),
    })
    expect(text).toContain('pond/frog')
  })

  it('is shown with what its objects have broken, beside the line', async () => {
    const { html, text } = await show({ manifests: readFileSync('examples/try/mistakes.yaml', 'utf8') })
    expect(html).toMatch(
      /<li value="10" id="line-10"><code> {2}<mark>selector<\/mark>:<\/code><ul class="remarks"><li class="warning"><strong>! Warning:<\/strong> <a href="#finding-2">/,
    )
    expect(text).toContain('The selector app=forg matches no pod')
    expect(html).toContain('id="finding-2"')
    expect(text).toMatch(/Not read \(1\) ServiceMonitor\/frog: kind is not read/)
  })

  it.each([
    [
      'a mistake of YAML',
      'kind: Service\nmetadata:\n  name: a\n  x: [\n',
      400,
      /id="line-4"><code>.*<strong>✕ Error:<\/strong> Line 5, column 1/,
    ],
    ['a field that does not fit', service('toad', 'pond', 99999), 422, /id="line-7"><code>.*99999.*<strong>✕ Error:/],
    ['what is no manifest', 'NAME   TYPE   CLUSTER-IP\ntoad   ClusterIP   10.96.0.7\n', 422, /kubectl/],
    ['nothing', '  \n', 400, /Nothing was pasted/],
  ])('is told with what is wrong, beside the line: %s', async (_what, manifests, status, expected) => {
    const found = await show({ manifests })
    expect([found.status >= 400 && found.status < 500, found.html.replaceAll('\n', ' ')]).toEqual([
      ...[true, expect.stringMatching(expected)],
    ])
    expect([400, 422]).toContain(status)
    expect(found.html).toContain('role="alert"')
    expect(found.html).toMatch(/href="\/docs\/errors\/[a-z_]+"/)
    // What was typed stands in the form again
    expect(said(found.html)).toContain(manifests.split('\n')[0]?.trim().replaceAll(/\s+/g, ' '))
  })

  it('may have several Services, each of which is a button', async () => {
    const manifests = `${service('toad')}---\n${service('frog')}---\n${service('newt', 'lake')}`
    const { status, html, text } = await show({ manifests })
    expect(status).toBe(422)
    expect(text).toContain('Which Service? lake/newt pond/frog pond/toad')
    expect(html).toContain('<button type="submit" form="try-form" name="pick" value="lake/newt">')
    const picked = await show({ manifests, pick: 'lake/newt', service: 'toad' })
    expect([picked.status, /<h2 id="plan">([^<]*)/.exec(picked.html)?.[1]]).toEqual([200, 'lake/newt'])
    expect(picked.text).toContain('Other Services of these manifests pond/frog pond/toad')
    expect(picked.html).toMatch(/<input id="service" name="service"[^>]* value="newt"/)
  })

  it('is told beside the field where a choice is wrong', async () => {
    const { status, html } = await show({ manifests: service('toad'), service: 'x'.repeat(64), vantage: 'nowhere' })
    expect(status).toBe(400)
    expect(html).toMatch(
      /<input id="service" name="service" aria-invalid="true" aria-describedby="service-hint service-error"/,
    )
    expect(html).toContain('href="#vantage"')
  })

  it('is seen from where was chosen', async () => {
    const { text } = await show({ manifests: service('toad'), vantage: 'outside' })
    expect(text).toContain('a cluster IP answers only inside the cluster')
    expect(text).toContain('None of its paths can be dialled from there')
  })

  it('runs nothing: what objects are called is text', async () => {
    const name = '<img src=x onerror=alert(1)>'
    const manifests = `${service('toad')}---\nkind: X\nmetadata: {name: '${name}'}\n---\nkind: Z\nmetadata: {name: "\\u202e"}\n`
    const { html } = await show({ manifests })
    expect(html).not.toContain('<img')
    expect(html).toContain('&lt;img src=x')
    expect(html).not.toContain('\u202e')
    // A refusal repeats it too
    const refused = await show({ manifests: manifests.replace('kind: Z', 'kind: Y') })
    expect([refused.status, refused.html.includes('\u202e')]).toEqual([422, false])
  })

  it('is at most 1 MiB, which is said', async () => {
    const { status, text } = await show({ manifests: `${service('toad')}# ${'x'.repeat(1024 * 1024)}` })
    expect([status, text.includes('At most 1 MiB')]).toEqual([413, true])
    const larger = await show({ file: new Blob(['x'.repeat(2 * 1024 * 1024)]) })
    expect(larger.status).toBe(413)
    const long = await show({ manifests: `${service('toad')}${'# x\n'.repeat(100_000)}` })
    expect([long.status, long.text.includes('pond/toad')]).toEqual([200, true])
  })

  it('is no other form', async () => {
    const response = await fetch(`${api.url}/try`, {
      ...{ method: 'POST', body: service('toad'), headers: { ...HTML, 'content-type': 'application/yaml' } },
    })
    expect(response.status).toBe(415)
    const binary = await show({ file: new Blob([new Uint8Array([0x1f, 0x8b, 8, 0])]) })
    expect([binary.status, binary.text.includes('gzip')]).toEqual([400, true])
  })
})

describe('Secrets that are pasted', () => {
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  password: hunter2-of-the-test\n'

  it.each([
    ['as a document', `${secret}---\n${service('toad')}`],
    [
      'in a List',
      `kind: List\nitems:\n- ${secret.trim().replaceAll('\n', '\n  ')}\n- ${service('toad').trim().replaceAll('\n', '\n  ')}\n`,
    ],
    ['beside a mistake', `${secret}---\n${service('toad')}  x: [\n`],
  ])('are taken out, told, and not shown: %s', async (_where, manifests) => {
    const { html, text } = await show({ manifests })
    expect(html).not.toContain('hunter2')
    expect(text).toContain('A Secret was taken out')
    expect(text).toContain('# A Secret stood here. It was taken out, and not kept.')
  })

  it('hide the whole text where they cannot be taken out', async () => {
    const { html, text } = await show({
      manifests: `${service('toad')}---\n{kind: Secret, stringData: {a: hunter2}}\n`,
    })
    expect(html).not.toContain('hunter2')
    expect(text).toContain('The text may still hold a Secret')
    expect(html).toContain('<h2 id="plan">')
    expect(html).not.toContain('formaction="/try/run"')
  })
})

describe('running it', () => {
  it('says what is dialled, and makes a job that is no part of history', async () => {
    const manifests = service('toad')
    const { html, text } = await show({ manifests, namespace: 'pond' })
    expect(text).toMatch(/This server \(vantage \S+ ?\) then dials these, \d+ paths/)
    expect(text).toContain('10.96.0.7:80')
    expect(html).toContain('<button class="main" type="submit" form="try-form" formaction="/try/run">')
    const response = await post({ manifests, namespace: 'pond', planned: plannedOf(html) }, '/try/run')
    const to = response.headers.get('location') ?? ''
    expect([response.status, to]).toEqual([303, expect.stringMatching(/^\/jobs\/job_\w{26}$/)])
    const job = await readJob(api.call(`/v1${to}`))
    expect(job.target).toMatchObject({ namespace: 'pond', service: 'toad' })
    expect((await (await api.call('/v1/services')).json()) as object).toMatchObject({ items: [] })
  })

  it('runs nothing else than what was shown', async () => {
    const planned = plannedOf((await show({ manifests: service('toad') })).html)
    for (const fields of [{ manifests: service('frog') }, { manifests: service('toad'), vantage: 'outside' }]) {
      const { status, html, text } = await show({ ...fields, planned }, '/try/run')
      expect([status, text.includes('Not run yet')]).toEqual([200, true])
      expect(plannedOf(html)).not.toBe(planned)
    }
    expect((await post({ manifests: service('toad') }, '/try/run')).status).toBe(200)
  })

  it('begins by the button that shows the plan, whatever Enter is pressed in', async () => {
    const { html } = await show({ manifests: service('toad') })
    const [first = ''] = html.match(/<button[^>]*form="try-form"[^>]*>/g) ?? []
    expect(first).toBe('<button type="submit" form="try-form" hidden="">')
  })
})

describe('what a token may', () => {
  it('is offered, and no more', async () => {
    const admin = 'a-token-of-the-test-0123456789'
    const tokens = await startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: admin })
    try {
      const { token } = (await (
        await tokens.call('/v1/tokens', {
          json: { name: 'plans', scopes: ['plan'] },
          headers: { authorization: `Bearer ${admin}` },
        })
      ).json()) as { token: string }
      const ask = (path: string, authorization: string, planned = '') =>
        fetch(tokens.url + path, {
          ...{ method: 'POST', body: formOf({ manifests: service('toad'), planned }), redirect: 'manual' },
          headers: { ...HTML, authorization },
        })
      const html = await (await ask('/try', `Bearer ${token}`)).text()
      expect(html).toContain('<h2 id="plan">')
      expect(html).not.toContain('formaction="/try/run"')
      expect((await ask('/try/run', `Bearer ${token}`, plannedOf(html))).status).toBe(403)
      expect(await (await ask('/try', `Bearer ${admin}`)).text()).toContain('formaction="/try/run"')
      const unknown = await fetch(`${tokens.url}/try`, { headers: HTML, redirect: 'manual' })
      expect([unknown.status, unknown.headers.get('location')]).toEqual([303, '/login?next=%2Ftry'])
    } finally {
      await tokens.close()
    }
  })
})

it('nothing that is pasted is kept: no row, no log line, whatever comes of it', async () => {
  const marker = 'marker-of-the-test'
  const own = await startTestPortolan()
  try {
    const ask = (fields: Fields, path = '/try') =>
      fetch(own.url + path, { method: 'POST', body: formOf(fields), headers: HTML, redirect: 'manual' })
    const pasted = [
      service(marker),
      `${service(marker)}  x: [\n`,
      service(marker, 'pond', 99999),
      `kind: Secret\nmetadata: {name: ${marker}}\n`,
      `${service(marker)}---\n${service(`${marker}-2`)}`,
    ]
    for (const manifests of pasted) {
      await (await ask({ manifests })).text()
      await (await ask({ file: new Blob([manifests]), planned: 'x', service: marker }, '/try/run')).text()
    }
    expect(own.lines.length).toBeGreaterThan(pasted.length)
    expect(own.lines.filter((line) => line.includes(marker))).toEqual([])
    const files = ['', '-wal', '-shm'].map((suffix) => own.databaseFile + suffix).filter((file) => existsSync(file))
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter((file) => readFileSync(file).includes(marker))).toEqual([])
  } finally {
    await own.close()
  }
})
