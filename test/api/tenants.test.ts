import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage } from '../support/html.ts'
import { liveObjects } from '../support/live-objects.ts'
import { RUNTIME, startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readProblem } from '../support/read.ts'
import { ADMIN, type Call, callAs, makeToken } from '../support/tenants.ts'
import { getRoutes, pages, type Question, questions } from '../support/tenants-questions.ts'
import { headersOf, normalised, type Owned, populate, type TenantData } from '../support/tenants-worlds.ts'
import { type Pod, startPod } from '../support/toad.ts'

const SEED = 20_261_130
const ROUNDS = RUNTIME === 'node' ? 4 : 1
/** Some hundred jobs and requests, on a busy machine. */
const LONG_MS = 300_000
/** No word of the other tenant is without it, and no other word has it. */
const MARK = 'zzq'

let both: TestPortolan
let alone: TestPortolan
let pod: Pod

beforeAll(async () => {
  const env = { PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN }
  const { source } = liveObjects()
  ;[both, alone, pod] = await Promise.all([
    startTestPortolan(env, { clusterSource: source }),
    startTestPortolan(env, { clusterSource: source }),
    startPod('toad'),
  ])
})
afterAll(() => Promise.all([both.close(), alone.close(), pod.close()]))

const names = fc.uniqueArray(fc.constantFrom('web', 'api', 'db', 'cart'), { minLength: 1, maxLength: 2 })
const at = fc.nat(3)
const tenant = fc.record({
  services: names,
  jobs: fc.array(fc.record({ service: at, labelled: fc.boolean(), history: fc.boolean(), fails: fc.boolean() }), {
    minLength: 2,
    maxLength: 4,
  }),
  schedules: fc.array(fc.record({ service: at, enabled: fc.boolean(), run: fc.boolean() }), {
    minLength: 1,
    maxLength: 2,
  }),
  batch: fc.boolean(),
  compare: fc.boolean(),
})

const rounds: [number, TenantData, TenantData][] = fc
  .sample(fc.tuple(tenant, tenant), { seed: SEED, numRuns: ROUNDS })
  .map(([mine, theirs], round) => [
    round,
    { ...mine, namespace: `shop-${round}`, cluster: 'default', word: `word-${round}`, batch: true, compare: true },
    {
      ...theirs,
      services: theirs.services.map((name) => `${MARK}-${name}`),
      namespace: `${MARK}-pond-${round}`,
      cluster: round % 2 === 0 ? 'default' : `${MARK}-cluster`,
      word: `${MARK}-word-${round}`,
      batch: true,
      compare: true,
    },
  ])

let asked = 0
let compared = 0
let words = 0
const pagesAsked = new Set<string>()

type Told = { status: number; headers: string; body: string }

async function ask(call: Call, path: string, headers: Record<string, string> = {}): Promise<Told> {
  const response = await call(path, { headers })
  asked += 1
  return { status: response.status, headers: headersOf(response), body: await response.text() }
}

const plain = ({ status, headers, body }: Told) => ({
  status,
  headers: normalised(headers),
  body: normalised(body),
})

/** Nothing of it shows but what the request itself has named. */
function expectNothingOf(question: Pick<Question, 'path'>, told: Told): void {
  words += 1
  const named = decodeURIComponent(question.path)
  const said = (decodeURIComponent(told.headers) + told.body).split(/[^\w-]+/).filter((word) => word.includes(MARK))
  expect([question.path, said.filter((word) => !named.includes(word))]).toEqual([question.path, []])
}

/** An answer about what is not there, in the words of another question. */
const inWordsOf = (text: string, from: string, to: string): string => {
  const words = (path: string) => decodeURIComponent(path).split(/[/?=&]/)
  const [of, others] = [words(from), words(to)]
  return of.reduce(
    (said, word, position) =>
      word === others[position] || word === '' ? said : said.replaceAll(word, others[position] ?? ''),
    text,
  )
}

describe('two tenants in one server', () => {
  it.each(rounds)(
    'round %i: the one is told nothing of the other, and the same as without the other',
    async (_, mine, theirs) => {
      const admins = [callAs(both, ADMIN), callAs(alone, ADMIN)] as const
      // The other's things come before, between and after.
      const first: Owned = { data: theirs, made: await populate(admins[0], theirs, pod) }
      const own: Owned = { data: mine, made: await populate(admins[0], mine, pod) }
      const second: Owned = { data: theirs, made: await populate(admins[0], theirs, pod) }
      const other: Owned = {
        data: theirs,
        made: {
          jobs: [...first.made.jobs, ...second.made.jobs],
          batches: [...first.made.batches, ...second.made.batches],
          schedules: [...first.made.schedules, ...second.made.schedules],
          compares: [...first.made.compares, ...second.made.compares],
        },
      }
      const ownAlone: Owned = { data: mine, made: await populate(admins[1], mine, pod) }
      const reach = { namespaces: [mine.namespace] }
      const token = await makeToken(both, reach)
      const [call, callAlone] = [callAs(both, token), callAs(alone, await makeToken(alone, reach))]

      for (const path of pages(own, other)) {
        const { status, headers, html } = await openPage(both, path, { headers: { authorization: `Bearer ${token}` } })
        asked += 1
        expectNothingOf({ path }, { status, headers: headersOf({ headers }), body: html })
        pagesAsked.add(`${status < 400 ? 'shown' : status} ${path.split('/')[1]}`)
      }

      const [inBoth, inOne] = [questions(own, other), questions(ownAlone, other)]
      expect(inBoth.length).toBe(inOne.length)
      for (const [position, question] of inBoth.entries()) {
        const told = await ask(call, question.path)
        expectNothingOf(question, told)
        const same = await ask(callAlone, inOne[position]?.path ?? '')
        expect([question.path, plain(told)]).toEqual([question.path, plain(same)])
        compared += 1
        if (question.missing !== null) {
          // What is another's is answered as what is not there.
          const missing = plain(await ask(call, question.missing))
          const { status, headers, body } = told
          const renamed = {
            status,
            headers: inWordsOf(headers, question.path, question.missing),
            body: inWordsOf(body, question.path, question.missing),
          }
          expect([question.path, plain(renamed)]).toEqual([question.path, missing])
          compared += 1
          const tag = (await admins[0](question.path)).headers.get('etag')
          if (tag !== null) {
            const known = await ask(call, question.path, { 'if-none-match': tag })
            expect([question.path, plain(known)]).toEqual([question.path, plain(told)])
            compared += 1
          }
        }
      }
    },
    LONG_MS,
  )

  it('was asked everything: the counts', () => {
    console.info(
      `two tenants on ${RUNTIME}, seed ${SEED}, ${ROUNDS} rounds: ${getRoutes().length} routes with GET, ${asked} requests, ` +
        `${compared} pairs of answers compared, ${words} answers searched for words of the other`,
    )
    expect([asked > 150 * ROUNDS, compared > 100 * ROUNDS]).toEqual([true, true])
    for (const of of ['jobs', 'batches', 'compares', 'schedules']) {
      expect([...pagesAsked]).toEqual(expect.arrayContaining([`shown ${of}`, `404 ${of}`]))
    }
  })
})

describe('a token of one cluster', () => {
  it('is refused the others wherever it names them, before anything is looked up', async () => {
    const call = callAs(alone, await makeToken(alone, { clusters: ['default'] }))
    const target = { cluster: 'east', namespace: 'shop', service: 'web' }
    const json = { target }
    const asked: [string, { json?: unknown }][] = [
      ['/v1/jobs?cluster=east', {}],
      ['/v1/services?cluster=east', {}],
      ['/v1/services/shop/web?cluster=east', {}],
      ['/v1/services/shop/web/badge.svg?cluster=east', {}],
      ['/v1/report?cluster=east', {}],
      ['/v1/clusters/east/services', {}],
      ['/v1/plan', { json }],
      ['/v1/jobs', { json }],
      ['/v1/batches', { json: { target: { cluster: 'east', namespace: 'shop' } } }],
      ['/v1/schedules', { json: { name: 'smoke', cron: '@every 1h', job: json } }],
      [
        '/v1/compare',
        { json: { target, left: { kind: 'Ingress', name: 'a' }, right: { kind: 'Ingress', name: 'b' } } },
      ],
    ]
    for (const [path, init] of asked) {
      const { code, detail } = await readProblem(call(path, init))
      expect([path, code, detail]).toEqual([path, 'forbidden', 'The caller does not reach cluster east, only default.'])
    }
    expect((await call('/v1/jobs?cluster=default')).status).toBe(200)
  })
})
