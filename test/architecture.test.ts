import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { brokenWalls, cyclesOf, importingOf, importsOf } from './support/walls.ts'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const filesOf = (pattern: string): string[] => globSync(pattern, { cwd: new URL('..', import.meta.url).pathname })

const sources = filesOf('src/**/*.ts')
  .filter((path) => !path.endsWith('.test.ts'))
  .map((path) => ({ path, text: read(path) }))

describe('the walls', () => {
  it('stand in every source file', () => {
    expect(sources.length).toBeGreaterThan(10)
    expect(sources.flatMap(brokenWalls)).toEqual([])
  })

  it('has no files that import each other in a circle', () => {
    expect(cyclesOf(sources)).toEqual([])
  })

  it.each([
    ['src/plan/a.ts', "import { readFileSync } from 'node:fs'", 'imports node:fs (wall 1'],
    ['src/check/a.ts', "import fs from 'fs'", 'imports fs (wall 1'],
    ['src/check/a.ts', "import { Client } from 'undici'", 'imports undici (wall 1'],
    ['src/store/a.ts', "import type { Database } from 'better-sqlite3'", 'imports better-sqlite3 (wall 1'],
    [
      'src/store/a.ts',
      "export { drizzle } from 'drizzle-orm/better-sqlite3'",
      'imports drizzle-orm/better-sqlite3 (wall 1',
    ],
    ['src/runtime/workers/a.ts', "import 'node:fs'", 'imports node:fs (wall 1'],
    ['src/runtime/socket/a.ts', "import 'node:tls'\nimport 'undici'", 'imports undici (wall 1'],
    ['src/runtime/socket/a.ts', "import x from '../node/main.ts'", 'imports src/runtime/node/main.ts (wall 1'],
    ['src/check/a.ts', "import { connect } from 'node:net'", 'imports node:net (wall 1'],
    ['src/runtime/node/a.ts', "import { connect } from 'cloudflare:sockets'", 'imports cloudflare:sockets (wall 1'],
    ['src/job/a.ts', "import { env } from 'cloudflare:workers'", 'imports cloudflare:workers (wall 1'],
    [
      'src/api/a.ts',
      "import { readConfig } from '../runtime/node/config.ts'",
      'imports src/runtime/node/config.ts (wall 0',
    ],
    ['src/runtime/node/a.ts', "import x from '../workers/main.ts'", 'imports src/runtime/workers/main.ts (wall 1'],
    ['src/runtime/workers/a.ts', "import x from '../node/main.ts'", 'imports src/runtime/node/main.ts (wall 1'],
    ['src/client/a.ts', "import { newId } from '../lib/id.ts'", 'imports src/lib/id.ts (wall 1: the client'],
    ['src/client/a.ts', "import { z } from 'zod'", 'imports zod (wall 1: the client'],
    ['src/client/a.ts', "import 'node:fs'", 'imports node:fs (wall 1: the client'],
    ['src/runtime/node/a.ts', "import x from '../../client/index.ts'", 'imports src/client/index.ts (wall 1: only'],
    ['src/job/a.ts', 'export const env = () => process.env', 'uses process (wall 1'],
    ['src/plan/a.ts', "import type { Result } from '../check/result.ts'", 'imports src/check/result.ts (wall 0'],
    ['src/store/a.ts', "import { renderText } from '../report/text.ts'", 'imports src/report/text.ts (wall 0'],
    ['src/report/a.ts', "import type { Store } from '../store/db.ts'", 'imports src/store/db.ts (wall 0'],
    ['src/lib/a.ts', "export type { Plan } from '../plan/path.ts'", 'imports src/plan/path.ts (wall 0'],
    ['src/odd/a.ts', "import { newId } from '../lib/id.ts'", 'imports src/lib/id.ts (wall 0'],
    ['src/kube/a.ts', 'export const at = Date.now()', 'uses Date.now (wall 2'],
    ['src/plan/a.ts', 'export const at = Date.now()', 'uses Date.now (wall 2'],
    ['src/report/a.ts', 'export const at = new Date()', 'uses new Date() (wall 2'],
    ['src/diagnose/rules/a.ts', 'export const x = Math.random()', 'uses Math.random (wall 2'],
    ['src/check/http.ts', 'export const t = () => performance.now()', 'uses performance (wall 2'],
    ['src/check/failure.ts', "export const go = () => fetch('http://a')", 'uses fetch (wall 2'],
    ['src/report/a.ts', "import { listJobs } from '../store/jobs.ts'", 'imports src/store/jobs.ts (wall 0'],
    ['src/plan/a.ts', "import { systemClock } from '../lib/clock.ts'\nsystemClock.now()", 'uses systemClock (wall 2'],
    ['src/api/a.ts', "import { eq } from 'drizzle-orm'", 'imports drizzle-orm (wall 3'],
    ['src/api/a.ts', "import { jobs } from '../store/schema.ts'", 'imports src/store/schema.ts (wall 3'],
    ['src/store/a.ts', "import { HTTPException } from 'hono/http-exception'", 'imports hono/http-exception (wall 3'],
    ['src/store/a.ts', "import type { Deps } from '../api/deps.ts'", 'imports src/api/deps.ts (wall 0'],
    ['src/job/a.ts', "import { z } from 'zod'", 'imports zod (wall 3'],
    ['src/plan/a.ts', "import { z } from '@hono/zod-openapi'", 'imports @hono/zod-openapi (wall 3'],
  ])('fail the build when %s says %s', (path, text, broken) => {
    expect(brokenWalls({ path, text }).join('\n')).toContain(`${path} ${broken}`)
  })

  it.each([
    ['src/runtime/node/a.ts', "import { connect } from 'node:net'\nimport { Client } from 'undici'"],
    ['src/runtime/workers/a.ts', "import { env } from 'cloudflare:workers'\nimport { connect } from 'node:net'"],
    ['src/report/a.ts', "import { toInstant } from '../lib/clock.ts'\nexport const at = new Date(0)"],
    ['src/api/a.ts', "import { z } from '@hono/zod-openapi'\nexport const at = Date.now()"],
    ['src/store/a.ts', "import { eq } from 'drizzle-orm'"],
    ['src/runtime/config.ts', "import { z } from 'zod'"],
    ['src/runtime/cli/a.ts', "import { createClient } from '../../client/index.ts'"],
    ['src/client/a.ts', "import { send } from './send.ts'\nfetch('/')"],
  ])('let %s do what is its own', (path, text) => {
    expect(brokenWalls({ path, text })).toEqual([])
  })
})

/** Files that these use, however far away. */
function reachedFrom(paths: readonly string[]): string[] {
  const reached = new Set(paths)
  for (const path of reached) {
    for (const target of importsOf({ path, text: read(path) }).filter((each) => each.endsWith('.ts'))) {
      reached.add(target)
    }
  }
  return [...reached]
}

describe('the data planes of tests', () => {
  it.each([
    ['are rendered without anything that plans', 'test/cluster/render/**/*.ts', /^src\/(?!kube\/|lib\/)/],
    [
      'route by the Gateway API without anything of the product',
      'test/cluster/{gateway,render/gateway}/*.ts',
      /^src\//,
    ],
  ])('%s', (_what, pattern, forbidden) => {
    const files = filesOf(pattern)
    expect(files.length).toBeGreaterThan(5)
    expect(reachedFrom(files).filter((path) => forbidden.test(path))).toEqual([])
  })
})

describe('cyclesOf', () => {
  it('names the files of each cycle, whether values or types close it', () => {
    const file = (path: string, text: string) => ({ path, text })
    expect(
      cyclesOf([
        file('src/a/a.ts', "import { b } from './b.ts'"),
        file('src/a/b.ts', "import type { C } from '../c/c.ts'"),
        file('src/c/c.ts', "export { a } from '../a/a.ts'\nimport { d } from './d.ts'"),
        file('src/c/d.ts', "import { e } from './e.ts'"),
        file('src/c/e.ts', "const f = () => import('./d.ts')\nimport './missing.ts'"),
        file('src/c/alone.ts', "import { a } from '../a/a.ts'"),
      ]),
    ).toEqual([
      ['src/c/d.ts', 'src/c/e.ts'],
      ['src/a/a.ts', 'src/a/b.ts', 'src/c/c.ts'],
    ])
  })
})

describe('importsOf', () => {
  it('sees static, type-only, side-effect, dynamic and re-exported imports, files by their path', () => {
    const text = `
      import a from './a.ts'
      import type { B } from '../b.ts'
      import 'c'
      export * from "d"
      export { e } from 'e'
      const f = () => import(\`f\`)
      const g = (name: string) => import(name)
      // import 'no'
      const text = "import 'neither'"
    `
    expect(importsOf({ path: 'src/x/y.ts', text }).sort()).toEqual(
      ['an expression', 'c', 'd', 'e', 'f', 'src/b.ts', 'src/x/a.ts'].sort(),
    )
  })

  it('tells what is imported for its types alone', () => {
    const text = `
      import type { A } from './a.ts'
      import { type B, type C } from './b.ts'
      import { type D, d } from './d.ts'
      export type { E } from './e.ts'
      import type { F } from './f.ts'
      import { f } from './f.ts'
      import './g.ts'
    `
    const types = importingOf({ path: 'src/x.ts', text }).filter(({ isType }) => isType)
    expect(types.map(({ target }) => target)).toEqual(['src/a.ts', 'src/b.ts', 'src/e.ts'])
  })
})
