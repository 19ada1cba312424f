/** What a status page never tells: anything that it was not given to tell. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RUNTIME, startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { announce, publish } from '../support/status.ts'
import { ADMIN, callAs } from '../support/tenants.ts'
import { populate, type TenantData } from '../support/tenants-worlds.ts'
import { type Pod, startPod } from '../support/toad.ts'

const SEED = 20_261_130
const ROUNDS = RUNTIME === 'node' ? 3 : 1
const LONG_MS = 120_000
/** Every word of a tenant has it, and no title does. */
const MARK = 'zzq'
const FORMS = ['', '/badge.svg', '/feed.rss', '/feed.atom']

let api: TestPortolan
let pod: Pod
beforeAll(async () => {
  ;[api, pod] = await Promise.all([
    startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN }),
    startPod(`${MARK}-pod`),
  ])
})
afterAll(() => Promise.all([api.close(), pod.close()]))

const words = fc.uniqueArray(fc.constantFrom('web', 'api', 'db', 'cart'), { minLength: 2, maxLength: 3 })
const jobs = fc.array(
  fc.record({ service: fc.nat(3), labelled: fc.boolean(), history: fc.constant(true), fails: fc.boolean() }),
  {
    minLength: 3,
    maxLength: 5,
  },
)
const title = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => text.trim() === text && !/\p{Cc}/u.test(text))
const rounds = fc.sample(
  fc.tuple(
    fc.record({ services: words, jobs }),
    fc.record({ services: words, jobs }),
    fc.uniqueArray(title, { minLength: 4, maxLength: 4 }),
  ),
  { seed: SEED, numRuns: ROUNDS },
)

/** Every text of a document that is long enough to be no accident, but for the instants that incidents are told with. */
function textsOf(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string' && value.length >= 8 && !/^\d{4}-\d\d-\d\dT/.test(value)) {
    found.add(value)
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) {
      textsOf(inner, found)
    }
  }
  return found
}

it(
  'tells no address, port, node, namespace, cluster, job or finding of a Service, and nothing of others, in any form',
  async () => {
    const admin = callAs(api, ADMIN)
    let searched = 0
    for (const [round, [mine, theirs, titles]] of rounds.entries()) {
      const tenants = [mine, theirs].map(
        ({ services, jobs: of }, at): TenantData => ({
          ...{
            services: services.map((name) => `${MARK}-${name}`),
            jobs: [...of, { service: 0, labelled: true, history: true, fails: true }],
          },
          ...{ namespace: `${MARK}-ns-${at}-${round}`, cluster: `${MARK}-cluster-${at}`, word: `${MARK}-word-${at}` },
          ...{ schedules: [], batch: at === 0, compare: false },
        }),
      )
      const internal = new Set<string>(['127.0.0.1', `:${pod.port}`, MARK])
      for (const tenant of tenants) {
        const { jobs: made } = await populate(admin, tenant, pod)
        for (const id of made) {
          internal.add(id)
          textsOf(await (await admin(`/v1/jobs/${id}`)).json(), internal)
        }
        for (const name of tenant.services) {
          const at = `/v1/services/${tenant.namespace}/${name}`
          for (const path of [at, `${at}/incidents`]) {
            const response = await admin(path)
            // Not every Service of the tenant was probed
            textsOf(response.status === 200 ? await response.json() : null, internal)
          }
        }
      }
      const [own] = tenants
      const services = (own?.services ?? []).map((name, at) => {
        return { cluster: own?.cluster, namespace: own?.namespace, name, title: titles[at] }
      })
      const page = await publish(admin, { title: titles[3], services })
      await announce(admin, page, { title: 'Slow', body: 'We look into it.', services: [titles[0]] })
      const secrets = [...internal].filter((text) => !titles.some((each) => each.includes(text)))
      for (const form of [...FORMS, 'page'] as const) {
        const html = form === 'page'
        const response = await fetch(`${api.url}/status/${page.slug}${html ? '' : form}`, {
          headers: html ? { accept: 'text/html' } : {},
        })
        expect([form, response.status]).toEqual([form, 200])
        const told = `${JSON.stringify([...response.headers])}\n${await response.text()}`
        // Only what this server was asked for itself stands there with its address
        const shown = told.replaceAll(api.url, 'SERVER').replaceAll(new URL(api.url).host, 'SERVER')
        expect([form, secrets.filter((text) => shown.includes(text))]).toEqual([form, []])
        searched += secrets.length
      }
    }
    console.info(
      `status pages on ${RUNTIME}, seed ${SEED}, ${ROUNDS} rounds: ${searched} texts searched for in five forms`,
    )
    expect(searched).toBeGreaterThan(500 * ROUNDS)
  },
  LONG_MS,
)
