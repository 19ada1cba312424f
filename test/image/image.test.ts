import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERSION } from '../../src/runtime/version.ts'
import { LISTENING } from '../support/bundle.ts'
import { type Program, startProgram } from '../support/program.ts'
import { keeper, serveHttp } from '../support/servers.ts'
import { type BuiltImage, buildImage } from './built.ts'

let image: BuiltImage
const { keep, closeAll } = keeper()

beforeAll(() => {
  image = buildImage()
}, 900_000)
afterAll(async () => {
  await closeAll()
  image?.remove()
})

/** Starts a program in the image, with a read-only root, as the user of the image. */
const start = (args: readonly string[], ready: RegExp, env: Record<string, string> = {}): Promise<Program> =>
  startProgram('unshare', ['--mount', 'sh', 'test/image/start.sh', image.root, ...args], ready, {
    PATH: process.env.PATH,
    ...Object.fromEntries(image.config.Env.map((each) => each.split(/=(.*)/s).slice(0, 2))),
    ...env,
  })

describe('the image', () => {
  it('names a user by number, and starts the server', () => {
    expect(image.config).toMatchObject({
      User: '65532:65532',
      Entrypoint: ['/usr/bin/node', '/app/dist/portolan.cjs'],
      Cmd: ['serve'],
    })
  })

  it('holds Node and the server, and no shell, no package manager and no sources', () => {
    expect(readdirSync(join(image.root, 'usr/bin'))).toEqual(['node'])
    expect(existsSync(join(image.root, 'bin'))).toBe(false)
    expect(readdirSync(join(image.root, 'app')).toSorted()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'THIRD-PARTY-LICENSES',
      'dist',
      'examples',
      'node_modules',
      'openapi.yaml',
      'package.json',
      'sbom.cdx.json',
      'schema',
    ])
    expect(readdirSync(join(image.root, 'app/node_modules'))).toEqual(['better-sqlite3'])
    expect(readdirSync(join(image.root, 'app/node_modules/better-sqlite3/prebuilds'))).toEqual([
      `linux-${process.arch}.node`,
    ])
    expect(statSync(join(image.root, 'data')).uid).toBe(65_532)
  })

  it('lists what it was made of', () => {
    const { bomFormat, metadata, components } = JSON.parse(readFileSync(join(image.root, 'app/sbom.cdx.json'), 'utf8'))
    expect({ bomFormat, version: metadata.component.version }).toEqual({ bomFormat: 'CycloneDX', version: VERSION })
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    const names = components.map(({ name, group }: { name: string; group?: string }) =>
      group ? `${group}/${name}` : name,
    )
    expect(names).toEqual(expect.arrayContaining(Object.keys(dependencies)))
    expect(names).not.toContain('vitest')
  })

  it('started read-only as its user, probes a Service, and ends with 0 at SIGTERM', async () => {
    const pod = await keep(serveHttp((_request, response) => response.end('hello')))
    const token = 'a-token-for-the-image'
    const server = await start([...image.config.Entrypoint, ...image.config.Cmd], LISTENING, {
      PORTOLAN_PORT: '0',
      PORTOLAN_ADMIN_TOKEN: token,
      PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
    })
    const url = server.said[1]?.replace('0.0.0.0', '127.0.0.1')
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    const manifests = [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'toad', namespace: 'pond' },
        spec: { type: 'LoadBalancer', ports: [{ port: pod.port }], clusterIP: '127.0.0.1' },
      },
    ]
    const answer = await fetch(`${url}/v1/jobs?wait=30&format=text`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ target: { manifests }, vantage: 'in-cluster', paths: { include: ['ClusterIP'] } }),
    })
    expect(await answer.text()).toMatch(/^PASS /)
    expect(await server.stop()).toBe(0)
  }, 120_000)

  it('cannot write beside /data and /tmp', async () => {
    const script = `const fs = require('node:fs')
      const said = ['/data/x', '/tmp/x', '/x', '/app/x', '/app/dist/compiled/x'].map((file) => {
        try { fs.writeFileSync(file, ''); return file + ' ok' } catch (error) { return file + ' ' + error.code }
      })
      console.error(JSON.stringify({ uid: process.getuid(), groups: process.getgroups(), said }))`
    const { said } = await start(['/usr/bin/node', '-e', script], /(\{"uid".*)/)
    expect(JSON.parse(said[1] ?? '')).toEqual({
      uid: 65_532,
      groups: [65_532],
      said: ['/data/x ok', '/tmp/x ok', '/x EROFS', '/app/x EROFS', '/app/dist/compiled/x EROFS'],
    })
  }, 60_000)
})
