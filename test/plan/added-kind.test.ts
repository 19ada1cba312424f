import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FROM_SOURCES } from '../support/from-sources.ts'
import { type Program, startProgram } from '../support/program.ts'
import { readJob } from '../support/read.ts'
import { keeper, serveHttp, type TestServer } from '../support/servers.ts'
import { toadService } from '../support/toad.ts'

/** The planning file of a kind that there is not: whatever names the Service is asked for at the first controller. */
const PLANNING_FILE = `
import { type PlanContext, portsFor } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { portsCounted } from './size.ts'
import type { Source } from './source.ts'

export const warpRouteSource: Source = {
  paths: warpRoutePaths,
  absent: () => 'no WarpRoute among the objects names the Service',
  sizes: (sized) => [{ kind: 'WarpRoute', counted: [portsCounted(sized)], each: 1 }],
}

function warpRoutePaths(context: PlanContext): PathDraft[] {
  const { addresses, index, target } = context
  const [address = null] = addresses.ingressController
  const routes = index.routesOf(target.namespace, target.service).filter(({ kind }) => kind === 'HTTPRoute')
  return routes.flatMap(({ meta }) =>
    portsFor(context, 'WarpRoute').map(({ port }) =>
      draft({
        kind: 'WarpRoute',
        port,
        scheme: 'http',
        address,
        addressPort: addresses.controllerPorts?.http ?? 80,
        host: 'toad.example',
        because: [],
        discriminator: [meta.name, address],
        reach: 'given',
      }),
    ),
  )
}
`

const ROW = `
  WarpRoute: {
    ...DIALLED,
    noun: { one: 'warp route', many: 'warp routes' },
    role: 'way-in',
    endsAt: 'route',
    between: 'router',
    addressBy: 'status',
    routedBy: 'request',
    router: 'ingress-controller',
    checks: ['http'],
    closedWhen: 'unrouted',
    ifAlone: 'The Gateway may answer by itself.',
  },
`

let folder = ''
const { keep, closeAll } = keeper()
let portolan: Program
let url = ''
/** The application, which answers whatever it is asked. */
let app: TestServer
/** A gateway that has the route, and one that has none. */
let routing: TestServer
let deaf: TestServer

const insert = (file: string, before: string, text: string): void => {
  const at = join(folder, file)
  const source = readFileSync(at, 'utf8')
  expect(source.split(before)).toHaveLength(2)
  writeFileSync(
    at,
    source.replace(before, () => text + before),
  )
}

/** Returns the compiler's errors in the core, a line each. */
const compile = (): Promise<string[]> =>
  new Promise((resolve) => {
    const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc')
    execFile(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: folder }, (_error, stdout) =>
      resolve(stdout.split('\n').filter((line) => /error TS/.test(line))),
    )
  })

const answer =
  (status: number, body: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(status).end(body)

/** Knows the host of the route alone, as gateways do. */
const gateway: RequestListener = (request, response) =>
  request.headers.host === 'toad.example'
    ? answer(200, 'hello')(request, response)
    : answer(404, 'no route')(request, response)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-kind-'))
  for (const each of ['src', 'package.json', 'tsconfig.base.json', 'tsconfig.json']) {
    cpSync(each, join(folder, each), { recursive: true })
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'))
  ;[app, routing, deaf] = await Promise.all([
    keep(serveHttp(answer(200, 'hello'))),
    keep(serveHttp(gateway)),
    keep(serveHttp(answer(404, 'no route'))),
  ])
})
afterAll(async () => {
  await portolan?.stop()
  await closeAll()
  rmSync(folder, { recursive: true, force: true })
})

const job = async (to: TestServer, expected: Record<string, unknown> = {}) =>
  readJob(
    fetch(`${url}/v1/jobs?wait=50`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        target: {
          service: 'toad-svc',
          manifests: [
            toadService(app.port),
            {
              apiVersion: 'gateway.networking.k8s.io/v1',
              kind: 'HTTPRoute',
              metadata: { name: 'toad', namespace: 'default' },
              spec: { rules: [{ backendRefs: [{ name: 'toad-svc', port: app.port }] }] },
            },
          ],
        },
        paths: { include: ['ClusterIP', 'WarpRoute'] },
        addresses: { ingressController: [to.address], controllerPorts: { http: to.port, https: 443 } },
        ...expected,
      }),
    }),
  )

const text = async (path: string): Promise<string> => (await fetch(url + path)).text()

/** The rows of one path in a document of history. */
type Shown = { paths: { kind: string; state: string | null; host: string | null }[] }

describe('a kind of path is added by a row, a source and nothing else', () => {
  it('does not compile until the kind has a source', async () => {
    insert('src/plan/kinds.ts', '} satisfies Record<string, KindOfPath>', ROW)
    expect(await compile()).toEqual([
      expect.stringMatching(/^src\/plan\/sources\.ts\(.*Property 'WarpRoute' is missing/),
    ])
  })

  it('compiles with one', async () => {
    writeFileSync(join(folder, 'src/plan/warp-route.ts'), PLANNING_FILE)
    insert('src/plan/sources.ts', 'import { ingressSource }', "import { warpRouteSource } from './warp-route.ts'\n")
    insert('src/plan/sources.ts', '  Environment: environmentSource,', '  WarpRoute: warpRouteSource,\n')
    expect(await compile()).toEqual([])
  })

  it('is planned and tried, and passes where the gateway routes', async () => {
    portolan = await startProgram(
      process.execPath,
      [...FROM_SOURCES, join(folder, 'src/runtime/node/main.ts')],
      /http:\/\/127\.0\.0\.1:\d+/,
      {
        PATH: process.env.PATH,
        PORTOLAN_PORT: '0',
        PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
        PORTOLAN_VANTAGE: 'in-cluster',
        PORTOLAN_DATABASE: join(folder, 'portolan.db'),
      },
    )
    ;[url] = portolan.said
    const { paths, verdict } = await job(routing)
    expect(verdict).toBe('pass')
    expect(paths.filter(({ skipped }) => skipped === null)).toMatchObject([
      { kind: 'ClusterIP', outcome: 'pass' },
      { kind: 'WarpRoute', outcome: 'pass', host: 'toad.example', url: `http://toad.example:${routing.port}/` },
    ])
  })

  it('is judged as what a router answers: a 404 that the application does not give fails, and is diagnosed', async () => {
    const { paths, verdict, diagnosis } = await job(deaf)
    const [path] = paths.filter(({ kind }) => `${kind}` === 'WarpRoute')
    expect([verdict, path?.outcome]).toEqual(['fail', 'fail'])
    expect(path?.results?.at(-1)?.failure?.message).toBe('status 404 from the controller, 200 from ClusterIP 127.0.0.1')
    expect(diagnosis?.findings.map(({ code, explains }) => [code, explains])).toEqual([
      ['ingress_does_not_route', [path?.id]],
      // The object that makes the paths has no parent, which is none of this kind's business.
      ['route_without_parent', []],
    ])
  })

  it('counts as closed where a router has no route, if it must not be reachable', async () => {
    const { verdict } = await job(deaf, { expect: { unreachable: ['WarpRoute'] } })
    expect(verdict).toBe('pass')
  })

  it('has its history, its word in every report, and its place in the API', async () => {
    const { id } = await job(deaf)
    const history: Shown = JSON.parse(await text('/v1/services/default/toad-svc'))
    expect(history.paths.filter(({ kind }) => kind === 'WarpRoute')).toMatchObject([
      { state: 'fail', host: 'toad.example' },
    ])
    for (const format of ['text', 'markdown', 'csv', 'junit', 'tap']) {
      expect(await text(`/v1/jobs/${id}/report?format=${format}`), format).toContain('WarpRoute')
    }
    expect(await text('/v1/services/default/toad-svc/report?format=text')).toContain('WarpRoute')
    expect(await text('/metrics')).toContain('kind="WarpRoute"')
    expect(await text('/openapi.json')).toContain('"WarpRoute"')
  })
})
