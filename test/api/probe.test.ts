import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { by } from '../contract/runtimes.ts'
import { startDnsServer } from '../support/dns-server.ts'
import { readMetrics, valuesOf } from '../support/metrics.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJobs, readProblem } from '../support/read.ts'
import { serve, type TestServer } from '../support/servers.ts'
import { type Pod, startPod } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod
let silent: TestServer

beforeAll(async () => {
  ;[api, pod, silent] = await Promise.all([
    startTestPortolan(),
    startPod('toad-1', '127.0.0.1', (request, response) => {
      if (request.url === '/moved') {
        response.writeHead(302, { location: '/' })
      } else {
        response.writeHead(request.url === '/missing' ? 404 : 200)
      }
      response.end('hello')
    }),
    serve(() => undefined),
  ])
})
afterAll(() => Promise.all([api.close(), pod.close(), silent.close()]))

const ask = (query: Record<string, string>, headers: Record<string, string> = {}) =>
  api.call(`/probe?${new URLSearchParams(query)}`, { headers })

const probe = async (query: Record<string, string>, headers: Record<string, string> = {}) => {
  const response = await ask(query, headers)
  expect(response.status).toBe(200)
  const samples = readMetrics(await response.text())
  return {
    samples,
    value: (name: string) => samples.find((sample) => sample.name === name)?.value,
    code: samples.find(({ name }) => name === 'portolan_probe_failure_info')?.labels.code,
  }
}

describe('GET /probe', () => {
  it('probes a URL, with http:// where it is left out, and says what blackbox_exporter says', async () => {
    for (const target of [`http://127.0.0.1:${pod.port}/`, `127.0.0.1:${pod.port}`]) {
      const { value, samples } = await probe({ target, module: 'http_2xx' })
      expect([value('probe_success'), value('probe_http_status_code'), value('probe_ip_protocol')]).toEqual([1, 200, 4])
      expect(value('probe_duration_seconds')).toBeGreaterThan(0)
      expect(Object.keys(valuesOf(samples, 'probe_http_duration_seconds', 'phase'))).toEqual([
        'connect',
        'processing',
        'transfer',
      ])
    }
  })

  it('takes http_2xx where no module is named, as blackbox_exporter does, and follows redirects', async () => {
    const { value } = await probe({ target: `http://127.0.0.1:${pod.port}/moved` })
    expect([value('probe_success'), value('probe_http_status_code')]).toEqual([1, 200])
  })

  it('looks names up as applications do', async () => {
    const { value } = await probe({ target: `http://localhost:${pod.port}/` })
    // localhost may have an IPv6 address too, where nothing listens: every address counts
    expect([0, 1]).toContain(value('probe_success'))
    expect(value('probe_dns_lookup_time_seconds')).toBeGreaterThanOrEqual(0)
  })

  it('fails what is not 2xx, what is refused and what is silent, and says why', async () => {
    const missing = await probe({ target: `http://127.0.0.1:${pod.port}/missing` })
    expect([missing.value('probe_success'), missing.value('probe_http_status_code'), missing.code]).toEqual([
      0,
      404,
      'unexpected_status',
    ])
    const refused = await probe({ target: 'http://127.0.0.1:1/' })
    expect([refused.value('probe_success'), refused.value('probe_http_status_code'), refused.code]).toEqual([
      0,
      0,
      'connection_refused',
    ])
    const late = await probe(
      { target: `http://127.0.0.1:${silent.port}/` },
      { 'X-Prometheus-Scrape-Timeout-Seconds': '0.8' },
    )
    expect([late.value('probe_success'), late.code]).toEqual([0, 'response_timeout'])
    expect(late.value('probe_duration_seconds')).toBeLessThan(0.8)
  })

  it('connects for tcp_connect, and says nothing of HTTP', async () => {
    const open = await probe({ target: `127.0.0.1:${silent.port}`, module: 'tcp_connect' })
    expect(open.samples.map(({ name }) => name)).toEqual([
      'probe_success',
      'probe_duration_seconds',
      'probe_ip_protocol',
    ])
    const closed = await probe({ target: '127.0.0.1:1', module: 'tcp_connect' })
    expect([closed.value('probe_success'), closed.code]).toEqual([0, 'connection_refused'])
  })

  it('sends hostname as Host', async () => {
    await probe({ target: `http://127.0.0.1:${pod.port}/`, hostname: 'shop.example' })
    expect(pod.requests.at(-1)).toBe('GET / host=shop.example')
  })

  it.each([
    [
      { target: 'http://169.254.169.254/latest' },
      '?target',
      by('vantage', { node: /a cloud metadata service/, workers: /not a public address/ }),
    ],
    [{ target: 'ftp://127.0.0.1/' }, '?target', /URL/],
    [{ target: 'http://user:secret@127.0.0.1/' }, '?target', /user/],
    [{ target: '127.0.0.1', module: 'tcp_connect' }, '?target', /host:port/],
    [{ target: '127.0.0.1:99999', module: 'tcp_connect' }, '?target', /host:port/],
    [{ target: 'a b:80', module: 'tcp_connect' }, '?target', /host:port/],
    [{ target: 'a\u0000b:80', module: 'tcp_connect' }, '?target', /host:port/],
    [{ target: '127.0.0.1:80', module: 'icmp' }, '?module', /http_2xx/],
    [{ target: '127.0.0.1:80', modul: 'tcp_connect' }, '?modul', /did you mean "module"/],
    [{}, '?target', /./],
  ])(
    'refuses %j with a 400 that says why, so that the scrape fails and no target is blamed',
    async (query, pointer, detail) => {
      const response = await ask(query as Record<string, string>)
      expect(response.status).toBe(400)
      const { errors } = await readProblem(response)
      expect(errors).toEqual([{ pointer, detail: expect.stringMatching(detail) }])
    },
  )

  it.each([
    'a b',
    'shop.example:80',
    'http://shop.example',
    'a\r\nx: y',
    '127.0.0.1.1',
    '::1%lo',
    '[::1]',
    'é.example',
  ])('refuses the hostname %j, which could be no Host and no SNI, with a 400', async (hostname) => {
    const response = await ask({ target: '127.0.0.1:80', hostname })
    const { status, errors } = await readProblem(response)
    expect({ status, errors }).toEqual({
      status: 400,
      errors: [{ pointer: '?hostname', detail: expect.stringMatching(/^not a host name/) }],
    })
  })

  it('refuses a name by what it resolves to, not by what it is called', async () => {
    const dns = await startDnsServer({
      'metadata.example': { A: ['169.254.169.254'] },
      'pod.example': { A: ['127.0.0.1'] },
    })
    const resolving = await startTestPortolan({ PORTOLAN_DNS_SERVERS: dns.server })
    try {
      const refused = await resolving.call('/probe?target=http://metadata.example/')
      expect(refused.status).toBe(400)
      expect((await readProblem(refused)).errors[0]?.detail).toMatch(
        by('vantage', { node: /cloud metadata/, workers: /not a public address/ }),
      )
      const allowed = await resolving.call(`/probe?target=http://pod.example:${pod.port}/`)
      expect(readMetrics(await allowed.text())[0]).toEqual({ name: 'probe_success', labels: {}, value: 1 })
    } finally {
      await Promise.all([resolving.close(), dns.close()])
    }
  })

  it('answers 503 where the prober was too busy to try: the scrape fails, not the target', async () => {
    // A request has an invocation of its own there, and so its own tries
    if (by('concurrency', { node: false, workers: true })) {
      return
    }
    const busy = await startTestPortolan({ PORTOLAN_CONCURRENCY: '1' })
    try {
      // The thread that probes is up
      expect((await busy.call(`/probe?target=127.0.0.1:${pod.port}`)).status).toBe(200)
      const headers = { 'x-prometheus-scrape-timeout-seconds': '0.8' }
      const path = `/probe?target=127.0.0.1:${silent.port}`
      const answers = await Promise.all([busy.call(path, { headers }), busy.call(path, { headers })])
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 503])
      const late = answers.find(({ status }) => status === 503)
      expect(late?.headers.get('retry-after')).toBe('5')
      expect((await late?.json()) as unknown).toMatchObject({ detail: expect.stringMatching(/deadline_exceeded/) })
    } finally {
      await busy.close()
    }
  })

  it('refuses a scrape timeout that is no number of seconds', async () => {
    for (const seconds of ['-1', '0', 'soon']) {
      const target = `127.0.0.1:${pod.port}`
      expect((await ask({ target }, { 'x-prometheus-scrape-timeout-seconds': seconds })).status).toBe(400)
    }
  })

  it('records nothing', async () => {
    await probe({ target: `http://127.0.0.1:${pod.port}/` })
    expect((await readJobs(api.call('/v1/jobs'))).items).toEqual([])
    const samples = readMetrics(await (await api.call('/metrics')).text())
    expect(samples.filter(({ name }) => name.startsWith('probe_'))).toEqual([])
  })
})
