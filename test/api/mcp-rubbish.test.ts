import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BEFORE, MODERN, modernRequest, postMcp, REVISIONS, type Revision } from '../support/mcp.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { ADMIN } from '../support/tenants.ts'

let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: ADMIN })
})
afterAll(() => api.close())

type Answer = { id?: unknown; result?: object; error?: { code: number; message: string } }

async function ask(body: unknown, headers: Record<string, string>) {
  const response = await postMcp(api, body, { authorization: `Bearer ${ADMIN}`, ...headers })
  const text = await response.text()
  const answer: Answer = text === '' ? {} : JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text)
  return { status: response.status, answer }
}

/** One request of a revision, whose params are these besides what each message of the revision has. */
function requestOf(revision: Revision, method: string, params: Record<string, unknown> | undefined, id: unknown = 1) {
  if (revision === MODERN) {
    const { body, headers } = modernRequest(method, params)
    return ask({ ...body, id }, headers)
  }
  return ask({ jsonrpc: '2.0', id, method, params }, { 'mcp-protocol-version': BEFORE })
}

/** What no method takes for its params, but those that need none. */
const ODD: Readonly<Record<string, Record<string, unknown> | undefined>> = {
  none: undefined,
  empty: {},
  numbers: { name: 7, uri: 7, cursor: 7, protocolVersion: 7, capabilities: 7, clientInfo: 7, arguments: 7, level: 7 },
  nulls: { name: null, uri: null, cursor: null, protocolVersion: null, capabilities: null, arguments: null },
  lists: { name: [], uri: [], cursor: [], protocolVersion: [], capabilities: [], clientInfo: [], arguments: [] },
  strangers: { name: '__proto__', cursor: 'of-another-list', protocolVersion: BEFORE, arguments: {} },
  addresses: { uri: 'http://[' },
  arguments: { name: 'search_docs', arguments: [] },
}

const OK = 'ok'
const INVALID_PARAMS = '200 -32602'
const odd = (...outcomes: string[]) =>
  Object.fromEntries(Object.keys(ODD).map((what, at) => [what, outcomes[at] ?? OK]))
const LIST = odd(OK, OK, INVALID_PARAMS, INVALID_PARAMS, INVALID_PARAMS, INVALID_PARAMS)
const NEEDS = odd(...Object.keys(ODD).map(() => INVALID_PARAMS))
const NONE = odd()
const absent = (revision: Revision) =>
  odd(...Object.keys(ODD).map(() => (revision === MODERN ? '404 -32601' : '200 -32601')))

const METHODS = (revision: Revision) => {
  const only = (other: Revision, outcomes: object) => (revision === other ? outcomes : absent(revision))
  return {
    initialize: only(BEFORE, NEEDS),
    ping: only(BEFORE, NONE),
    'server/discover': only(MODERN, NONE),
    'subscriptions/listen': only(MODERN, NEEDS),
    'tools/list': LIST,
    'tools/call': NEEDS,
    'resources/list': LIST,
    'resources/templates/list': LIST,
    'resources/read': NEEDS,
    ...Object.fromEntries(NOT_SPOKEN.map((method) => [method, absent(revision)])),
  }
}
const NOT_SPOKEN = [
  ...['prompts/list', 'prompts/get', 'completion/complete', 'logging/setLevel', 'resources/subscribe', 'tasks/get'],
  ...['sampling/createMessage', 'elicitation/create', 'roots/list', 'constructor', 'Tools/List'],
]

describe.each(REVISIONS)('a client of revision %s that sends rubbish', (revision) => {
  it('is told by each method that it was wrong, and never that the server was', async () => {
    const told: Record<string, Record<string, string>> = {}
    const messages: string[] = []
    for (const method of Object.keys(METHODS(revision))) {
      told[method] = {}
      for (const [what, params] of Object.entries(ODD)) {
        const { status, answer } = await requestOf(revision, method, params)
        expect([method, what, answer.id]).toEqual([method, what, 1])
        told[method][what] = answer.error ? `${status} ${answer.error.code}` : status === 200 ? OK : String(status)
        messages.push(answer.error?.message ?? '')
      }
    }
    expect(told).toEqual(METHODS(revision))
    // Words, and no print of a data structure
    expect(messages.filter((text) => text.includes('\n') || text.includes('"code"'))).toEqual([])
  })

  it('is told which of the params does not fit', async () => {
    const { answer } = await requestOf(revision, 'resources/read', { uri: 7 }, 'of-mine')
    expect(answer).toMatchObject({
      id: 'of-mine',
      error: {
        message: 'The params of resources/read do not fit: params.uri: Invalid input: expected string, received number',
      },
    })
  })
})
