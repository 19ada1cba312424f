import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildClient } from '../../scripts/build-client.ts'
import { guideProgram } from '../support/client-guide.ts'

/** A project that has `portolan` installed. */
let project: string
let built: string
let files: string[]

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'portolan-user-'))
  const installed = join(project, 'node_modules/portolan')
  built = join(installed, 'dist/client')
  files = await buildClient(built)
  const exports = { './client': { types: './dist/client/index.d.ts', default: './dist/client/index.js' } }
  writeFileSync(join(installed, 'package.json'), JSON.stringify({ name: 'portolan', type: 'module', exports }))
  const calls = readFileSync(new URL('types.ts', import.meta.url), 'utf8')
  writeFileSync(join(project, 'calls.ts'), calls.replace("'../../src/client/index.ts'", "'portolan/client'"))
  writeFileSync(join(project, 'guide.ts'), guideProgram('portolan/client', 'http://127.0.0.1:8080'))
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

it('is one file without a dependency, and the declarations that its own lead to', () => {
  expect(files.toSorted()).toEqual([
    ...[
      'create-client.d.ts',
      'errors.d.ts',
      'index.d.ts',
      'index.js',
      'operations.d.ts',
      'options.d.ts',
      'schema.d.ts',
    ],
    'types.d.ts',
  ])
  expect(readFileSync(join(built, 'index.js'), 'utf8')).not.toMatch(/\bimport\b|\brequire\b|\bprocess\b|\bBuffer\b/)
})

it('asks whatever fetch it is handed', async () => {
  const { createClient } = await import(pathToFileURL(join(built, 'index.js')).href)
  const asked: string[] = []
  const client = createClient({
    baseUrl: 'http://in.process',
    fetch: ({ method, url }: Request) => {
      asked.push(`${method} ${url}`)
      return Response.json({ status: 'ok' })
    },
  })
  expect([await client.getLivez(), asked]).toEqual([{ status: 'ok' }, ['GET http://in.process/livez']])
})

/** The strictest that a user may have; declarations of others are checked as well. */
const STRICT = {
  ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
  ...{ noEmit: true, target: 'ES2022', types: [], verbatimModuleSyntax: true },
}

const IN_A_BROWSER = { module: 'ESNext', moduleResolution: 'bundler', lib: ['ES2022', 'DOM'] }
const IN_NODE = { module: 'NodeNext', moduleResolution: 'NodeNext', lib: ['ES2022'], types: ['node'] }
const OWN = 'node_modules/typescript/bin/tsc'
/** Is there after `npm run client`, as in CI. */
const OF_THE_GENERATOR = 'tools/client/node_modules/typescript/bin/tsc'

describe('the calls that must compile do, and those that must not do not', () => {
  it.for<[string, string, object, ...string[]]>([
    ['TypeScript 7, for a bundler, in a browser', OWN, IN_A_BROWSER],
    ['TypeScript 7, for Node, without the DOM, and the guide', OWN, IN_NODE, 'guide.ts'],
    ['TypeScript 5, for Node, without the DOM', OF_THE_GENERATOR, IN_NODE],
  ])('%s', ([, tsc, options, ...files], { skip }) => {
    skip(!existsSync(tsc), `there is no ${tsc}: npm run client`)
    const typeRoots = [new URL('../../node_modules/@types', import.meta.url).pathname]
    const config = join(project, 'tsconfig.json')
    writeFileSync(
      config,
      JSON.stringify({ compilerOptions: { ...STRICT, ...options, typeRoots }, files: ['calls.ts', ...files] }),
    )
    expect(execFileSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' })).toBe('')
  })
})
