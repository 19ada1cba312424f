import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VERSION } from '../../src/runtime/version.ts'
import { LISTENING, startBundle } from '../support/bundle.ts'
import { startProgram } from '../support/program.ts'

describe('the production bundle', () => {
  it('serves the API, its pages and the API browser, and ends with 0 at SIGTERM', async () => {
    const bundle = await startBundle()
    for (const path of ['/readyz', '/v1/jobs', '/docs', '/docs/errors/not_found.md', '/docs/ui/swagger-ui-bundle.js']) {
      expect([path, (await fetch(bundle.url + path)).status]).toEqual([path, 200])
    }
    expect(await bundle.stop()).toBe(0)
  }, 60_000)

  it('started by npm, drains and ends with it at SIGTERM', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portolan-start-'))
    const npm = await startProgram('npm', ['start'], LISTENING, {
      ...process.env,
      PORTOLAN_PORT: '0',
      PORTOLAN_DATABASE: join(folder, 'portolan.db'),
    })
    await npm.stop()
    expect(npm.lines.at(-1)).toContain('"event":"closed"')
    rmSync(folder, { recursive: true })
  }, 60_000)

  it('is packed for a release as a tarball that runs by itself, with its checksum', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portolan-release-'))
    execFileSync(process.execPath, ['scripts/pack-release.ts', folder])
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder })
    execFileSync('tar', ['--extract', '--file', `portolan-${VERSION}.tar.gz`], { cwd: folder })
    const at = join(folder, `portolan-${VERSION}`)
    expect(readdirSync(at).toSorted()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'THIRD-PARTY-LICENSES',
      'dist',
      'node_modules',
      'openapi.yaml',
      'package.json',
    ])
    const program = await startProgram(process.execPath, [join(at, 'dist/portolan.js')], LISTENING, {
      PORTOLAN_PORT: '0',
      PORTOLAN_DATABASE: join(folder, 'portolan.db'),
    })
    const [, url] = program.said
    for (const path of ['/readyz', '/docs/errors/not_found.md', '/docs/ui/swagger-ui-bundle.js']) {
      expect([path, (await fetch(url + path)).status]).toEqual([path, 200])
    }
    expect(await program.stop()).toBe(0)
    rmSync(folder, { recursive: true })
  }, 60_000)

  it('refuses a wrong setting in one line, with exit code 2', async () => {
    await expect(startBundle({ PORTOLAN_PROT: '80' })).rejects.toThrow(
      'PORTOLAN_PROT: there is no such setting; did you mean PORTOLAN_PORT?',
    )
  }, 60_000)
})
