import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LISTENING, startBundle } from '../support/bundle.ts'
import { startProgram } from '../support/program.ts'

describe('the production bundle', () => {
  it('serves the API, its pages and the API browser, and ends with 0 at SIGTERM', async () => {
    const bundle = await startBundle()
    for (const path of ['/readyz', '/v1/jobs', '/docs', '/docs/errors/not_found.md', '/docs/ui/swagger-ui-bundle.js']) {
      expect([path, (await fetch(bundle.url + path)).status]).toEqual([path, 200])
    }
    const pages = {
      '/docs/guides/ci': 'Portolan in CI',
      '/docs/search?q=dns': 'dns_timeout',
      '/try?example=toad': 'toad-svc',
    }
    for (const [path, text] of Object.entries(pages)) {
      const page = await (await fetch(bundle.url + path, { headers: { accept: 'text/html' } })).text()
      expect([path, page.includes('<!doctype html>'), page.includes(text)]).toEqual([path, true, true])
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

  it('refuses a wrong setting in one line, with exit code 2', async () => {
    await expect(startBundle({ PORTOLAN_PROT: '80' })).rejects.toThrow(
      'PORTOLAN_PROT: there is no such setting; did you mean PORTOLAN_PORT?',
    )
  }, 60_000)
})
