import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openPage, textOf } from '../support/html.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { fieldOf, filled, formOf, formsOf, postForm } from '../support/page-form.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob, readSchedule, readSchedules } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod
let sent: string[] = []

beforeAll(async () => {
  pod = await startPod('toad', '127.0.0.1', (request, response) => {
    sent.push(`${request.url} ${request.headers['x-token']}`)
    response.end('ok')
  })
  api = await startTestPortolan()
})
afterAll(() => Promise.all([api.close(), pod.close()]))

async function look(path: string, expected = 200): Promise<string> {
  const { status, html } = await openPage(api, path)
  expect(status).toBe(expected)
  return html
}
const manifests = () => JSON.stringify([toadService(pod.port)])
const typed = (extra: Record<string, string> = {}) => ({
  ...{
    name: 'toad by form',
    cron: '*/5 * * * *',
    timeZone: 'Europe/Berlin',
    about: 'manifests',
    manifests: manifests(),
  },
  ...{ check: 'http', checkName: 'home', path: '/healthz', statuses: '200, 3xx', headers: 'X-Token: super-secret' },
  ...{ samples: '1', more: '{"paths": {"include": ["ClusterIP"]}}', ...extra },
})
async function makeByForm(extra: Record<string, string> = {}): Promise<string> {
  const form = formOf(await look('/schedules/new'), '/schedules/new')
  const made = await postForm(api, form.action, filled(form, typed(extra)))
  expect(made.status).toBe(303)
  return made.headers.get('location') ?? ''
}
const documentOf = (path: string) => readSchedule(api.call(`/v1${path}`))

describe('/schedules/new', () => {
  it('makes the schedule that is typed, once, and shows it without its secret', async () => {
    const form = formOf(await look('/schedules/new'), '/schedules/new')
    const body = filled(form, typed())
    const [first, second] = [await postForm(api, form.action, body), await postForm(api, form.action, body)]
    expect([first.status, second.status]).toEqual([303, 303])
    const path = first.headers.get('location') ?? ''
    expect(second.headers.get('location')).toBe(path)
    expect(await documentOf(path)).toMatchObject({
      ...{ name: 'toad by form', cron: '*/5 * * * *', timeZone: 'Europe/Berlin', enabled: true, overlap: 'skip' },
      job: {
        ...{ objects: { services: 1 }, samples: 1, writeOnly: { home: ['headers'] } },
        checks: [{ type: 'http', name: 'home', path: '/healthz', expect: { validStatusCodes: [200, '3xx'] } }],
      },
    })
    const page = await look(path)
    expect(page).not.toContain('super-secret')
    expect(textOf(page)).toContain('Set and not shown: headers of the check home.')
    expect(textOf(page)).toMatch(/Next runs (\d{4}-\d\d-\d\d \d\d:\d\d:00 UTC ?){3}Last run none yet/)
  })

  it.each([
    ['a cron that is none', { cron: '* * * *' }, 400, 'cron', /Has 4 of the five fields/],
    ['a time zone that is none', { timeZone: 'Europe/Berln' }, 400, 'timeZone', /did you mean Europe\/Berlin/],
    ['a path that is none', { path: 'healthz' }, 400, 'path', /Begins with "\/"/],
    ['a status that is none', { statuses: '2xy' }, 400, 'statuses', /1xx … 5xx|expected/i],
    ['a number that is none', { samples: 'many' }, 400, 'samples', /./],
    ['a name of a check that is none', { checkName: 'a b' }, 400, 'checkName', /Letters, digits/],
    ['a header that is none', { headers: 'no colon' }, 400, 'headers', /Line 1 is not "Name: value"/],
    ['checks that are no YAML', { check: 'text', checks: '- {' }, 400, 'checks', /is no YAML/],
    ['a check that there is not', { check: 'text', checks: '- type: htp\n  name: a' }, 400, 'checks', /./],
    ['a rest that has a field of the form', { more: 'samples: 3' }, 400, 'more', /field of its own/],
    ['a rest that has what there is not', { more: 'sampels: 3' }, 400, 'more', /./],
    ['manifests without a Service', { manifests: '{"kind": "Service"}' }, 422, 'manifests', /./],
    ['a Service that is not among them', { service: 'frog' }, 422, 'service', /./],
    ['no cluster to read', { about: 'service', namespace: 'shop', service: 'toad' }, 422, 'manifests', /./],
  ] as const)('tells %s at its field, and keeps what was typed', async (_name, extra, status, field, told) => {
    const form = formOf(await look('/schedules/new'), '/schedules/new')
    const values = typed(extra)
    const refused = await postForm(api, form.action, filled(form, values))
    const page = refused.html
    expect([refused.status, refused.headers.get('cache-control')]).toEqual([status, 'no-store'])
    expect(fieldOf(page, field)).toMatchObject({ isWrong: true, error: expect.stringMatching(told) })
    expect(page).toContain(`<a href="#${field}">`)
    const again = formOf(page, '/schedules/new')
    expect(Object.fromEntries(again.fields)).toMatchObject(values)
    // Once it is put right the same form is taken
    const mended = await postForm(
      api,
      again.action,
      filled(again, typed({ name: `mended ${field}`, service: '', namespace: '' })),
    )
    expect(mended.status).toBe(303)
  })
})

describe('/schedules/{id}/edit', () => {
  it('changes what is beside a secret and manifests, which stay', async () => {
    const path = await makeByForm()
    const page = await look(`${path}/edit`)
    expect(page).not.toContain('super-secret')
    const form = formOf(page, `${path}/edit`)
    expect(Object.fromEntries(form.fields)).toMatchObject({
      check: 'http',
      path: '/healthz',
      statuses: '200, 3xx',
      manifests: '',
      headers: '',
      keep: 'home.headers',
    })
    const saved = await postForm(api, form.action, filled(form, { path: '/ready', statuses: '2xx' }))
    expect([saved.status, saved.headers.get('location')]).toEqual([303, path])
    expect((await documentOf(path)).job).toMatchObject({
      checks: [{ path: '/ready', headers: {} }],
      writeOnly: { home: ['headers'] },
    })
    sent = []
    await readJob(api.call(`/v1${path}/run?wait=20`, { method: 'POST' }))
    expect(sent).toEqual(['/ready super-secret'])

    const other = formOf(await look(`${path}/edit`), `${path}/edit`)
    expect((await postForm(api, other.action, filled(other, { headers: 'X-Token: another' }))).status).toBe(303)
    sent = []
    await readJob(api.call(`/v1${path}/run?wait=20`, { method: 'POST' }))
    expect(sent).toEqual(['/ready another'])

    const without = formOf(await look(`${path}/edit`), `${path}/edit`)
    expect((await postForm(api, without.action, filled(without, { keep: [] }))).status).toBe(303)
    expect((await documentOf(path)).job?.writeOnly).toEqual({})
  })

  it('tells at the field that a secret is not kept for another place', async () => {
    const path = await makeByForm()
    const form = formOf(await look(`${path}/edit`), `${path}/edit`)
    const refused = await postForm(
      api,
      form.action,
      filled(form, { manifests: JSON.stringify([toadService(pod.port + 1)]) }),
    )
    const page = refused.html
    expect([refused.status, fieldOf(page, 'keep')?.error]).toEqual([422, expect.stringContaining('sent elsewhere')])
    expect(page).not.toContain('super-secret')
  })

  it.each([
    ['as it was typed', {}],
    [
      'with checks that no field can say',
      {
        check: 'text',
        checks:
          '- {type: tcp, name: port, tls: {}}\n- {type: dnsQuery, name: q, recursionDesired: false}\n- {type: http, name: deep, expect: {jsonPath: [{path: $.a, equals: null}]}}',
      },
    ],
    ['of every Service of manifests', { about: 'manifestsAll', namespaces: '*', selector: '', service: '' }],
    [
      'with everything else',
      {
        more: '{"retries": {"limit": 1, "delayMs": 5}, "labels": {"team": "shop"}, "expect": {"sameResponder": true}, "history": false, "settleMs": 10, "addresses": {"nodes": ["127.0.0.1"], "controllerPorts": {"http": 81}}, "limits": {"nodes": 3}, "deadlineMs": 60000, "vantage": "in-cluster"}',
      },
    ],
  ])('saved untouched leaves it as it is: %s', async (_name, extra) => {
    const path = await makeByForm(extra)
    const before = await api.call(`/v1${path}`)
    const form = formOf(await look(`${path}/edit`), `${path}/edit`)
    expect((await postForm(api, form.action, filled(form))).status).toBe(303)
    // All of it sent again means the same, too
    const touched = await postForm(api, form.action, filled(form, { samples: ' 1' }))
    expect([touched.status, textOf(touched.html)]).toEqual([303, ''])
    const after = await api.call(`/v1${path}`)
    expect([after.headers.get('etag'), await after.json()]).toEqual([before.headers.get('etag'), await before.json()])
  })

  it('shows both versions where two change it, and saves the second only when that is sent again', async () => {
    const path = await makeByForm()
    const [mine, theirs] = [await look(`${path}/edit`), await look(`${path}/edit`)].map((page) =>
      formOf(page, `${path}/edit`),
    )
    if (!mine || !theirs) {
      throw new Error('both have the form')
    }
    expect((await postForm(api, theirs.action, filled(theirs, { cron: '@hourly', path: '/theirs' }))).status).toBe(303)
    const refused = await postForm(api, mine.action, filled(mine, { cron: '@daily', samples: '2' }))
    const page = refused.html
    expect(refused.status).toBe(412)
    const text = textOf(page)
    expect(text).toContain('Somebody else has changed it meanwhile')
    expect(text).toContain('Field As it is now As you typed it When @hourly @daily Path /theirs /healthz Samples 1 2')
    expect((await documentOf(path)).cron).toBe('@hourly')
    const again = formOf(page, `${path}/edit`)
    expect((await postForm(api, again.action, filled(again))).status).toBe(303)
    expect(await documentOf(path)).toMatchObject({
      cron: '@daily',
      job: { samples: 2, checks: [{ path: '/healthz' }] },
    })
  })
})

describe('/schedules', () => {
  it('lists them with buttons that pause, run, and delete after asking', async () => {
    const path = await makeByForm({ name: 'toad <b>bold</b>' })
    const list = await look('/schedules')
    // Its manifests name the Service, and nothing has been made of them yet
    expect(textOf(list)).toContain('toad <b>bold</b> in default')
    expect(list).toContain('toad &lt;b&gt;bold&lt;/b&gt;')
    expect(list).not.toContain('<b>bold')
    const pause = formOf(list, `${path}/state`)
    expect((await postForm(api, pause.action, filled(pause))).headers.get('location')).toBe(path)
    expect((await documentOf(path)).enabled).toBe(false)
    const resume = formOf(await look(path), `${path}/state`)
    expect(textOf(resume.html)).toBe('Resume toad <b>bold</b>')
    expect((await postForm(api, resume.action, filled(resume))).status).toBe(303)
    expect((await documentOf(path)).enabled).toBe(true)

    const run = await postForm(api, `${path}/run`, '')
    expect([run.status, run.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/jobs\/job_/)])
    const after = await look(path)
    expect(after).toContain(`href="${run.headers.get('location')}"`)
    expect(textOf(after)).toContain('Last run none by its timing yet')

    const question = await look(`${path}/delete`)
    const deletion = formOf(question, `${path}/delete`)
    await api.call(`/v1${path}`, { method: 'PATCH', json: { name: 'another' }, headers: { 'if-match': '*' } })
    const late = await postForm(api, deletion.action, filled(deletion))
    expect([late.status, textOf(late.html)]).toEqual([412, expect.stringContaining('It has changed since you read it')])
    const asked = formOf(await look(`${path}/delete`), `${path}/delete`)
    expect((await postForm(api, asked.action, filled(asked))).headers.get('location')).toBe('/schedules')
    await look(path, 404)
  })

  it('pages through all, each once', async () => {
    const paths = (await readSchedules(api.call('/v1/schedules?limit=200'))).items.map(({ id }) => `/schedules/${id}`)
    for (let n = paths.length; n < 51; n++) {
      paths.push(await makeByForm({ name: `filler ${n}`, headers: '' }))
    }
    const seen: string[] = []
    let next: string | undefined = '/schedules'
    while (next !== undefined) {
      const page: string = await look(next)
      seen.push(
        ...new Set(
          formsOf(page)
            .filter(({ action }) => action.endsWith('/run'))
            .map(({ action }) => action.replace('/run', '')),
        ),
      )
      next = /href="([^"]+)">Next page/.exec(page)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(seen.toSorted()).toEqual(paths.toSorted())
  })
})

describe('runs that were not made', () => {
  it('are told with why and when, by the schedule and in the list', async () => {
    const clock = createManualClock(Date.parse('2026-11-23T09:00:00Z'))
    const late = await startTestPortolan({}, { clock })
    const release = Promise.withResolvers<void>()
    const slow = await startPod('slow', '127.0.0.1', async (_request, response) => {
      await release.promise
      response.end('late')
    })
    try {
      const job = { target: { manifests: [toadService(slow.port)] }, paths: { include: ['ClusterIP'] } }
      const made = await readSchedule(
        late.call('/v1/schedules', { json: { name: 'toad', cron: '* * * * *', job: { ...job, deadlineMs: 600_000 } } }),
      )
      const shown = () => readSchedule(late.call(`/v1/schedules/${made.id}`))
      expect([made.leftOut, made.missed]).toEqual([null, null])
      expect((await openPage(late, `/schedules/${made.id}`)).text).toContain('Runs not made none, since it was made')
      // No timer of the server fires between two looks of its own: it stood still for that long
      clock.advance(5 * 60_000 + 1000)
      await vi.waitFor(async () => expect((await shown()).missed?.times).toBe(1), 10_000)
      clock.advance(60_000)
      await vi.waitFor(async () => expect((await shown()).leftOut?.runs).toBe(1), 10_000)
      expect(await shown()).toMatchObject({
        missed: { times: 1, from: '2026-11-23T09:01:00.000Z', to: '2026-11-23T09:05:00.000Z' },
        leftOut: { runs: 1, lastAt: '2026-11-23T09:06:00.000Z' },
      })
      const { text } = await openPage(late, `/schedules/${made.id}`)
      expect(text).toContain(
        '1 run was left out, as the one before had not ended; the last was that of 2026-11-23 09:06:00 UTC .',
      )
      expect(text).toContain(
        'Runs were missed once, as none could begin: no server was up, its queue was full. The last time it was from ' +
          '2026-11-23 09:01:00 UTC to 2026-11-23 09:05:00 UTC , whose run made up for them.',
      )
      expect((await openPage(late, '/schedules')).text).toContain('1 run left out, runs missed once')
    } finally {
      release.resolve()
      await Promise.all([late.close(), slow.close()])
    }
  })
})
