/** What somebody sees who looks at a terminal, and what a log keeps. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliFolder } from '../../support/cli.ts'
import { loopbackService } from '../../support/loopback-service.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { keeper, serveHttp } from '../../support/servers.ts'

const { keep, closeAll } = keeper()
const folder = cliFolder()
let portolan: TestPortolan
/** The target answers then. */
let mayAnswer = Promise.resolve()

beforeAll(async () => {
  portolan = await keep(startTestPortolan({ PORTOLAN_VANTAGE: 'outside' }))
  const hostile = await keep(
    serveHttp(async (_request, response) => {
      await mayAnswer
      response.writeHead(500, { 'content-type': 'text/plain' })
      response.end('\u001b[31mred\u001b[0m\r\n::error::forged\n')
    }),
  )
  folder.write('hostile.json', loopbackService(hostile.port))
})
afterAll(async () => {
  await closeAll()
  folder.remove()
})

/** Escape characters are shown as `␛`. */
async function check(args: readonly string[], options: Parameters<typeof folder.run>[1]) {
  const always = ['check', '-f', 'hostile.json', '--include', 'LoadBalancer', '--server', portolan.url]
  const { stdout, stderr } = await folder.run([...always, ...args], options)
  return { stdout: stdout.replaceAll('\u001b', '␛'), stderr: stderr.replaceAll('\u001b', '␛') }
}

const COLOUR = /␛\[\d+m/

describe('a terminal', () => {
  it('shows paths as they end in one line, which is gone at the end', async () => {
    const shown = Promise.withResolvers<void>()
    mayAnswer = shown.promise
    const { stderr } = await check([], {
      isTTY: true,
      onStderr: (text) => /\d+\/\d+ paths/.test(text) && shown.resolve(),
    })
    expect(stderr).toMatch(/\r␛\[K\d+\/\d+ paths/)
    expect(stderr).not.toContain('\n')
    expect(stderr.endsWith('\r␛[K')).toBe(true)
  })

  it('shows colours in words of ours alone', async () => {
    const { stdout } = await check([], { isTTY: true })
    expect(stdout).toMatch(/^␛\[31m␛\[1mFAIL␛\[0m␛\[0m {2}shop\/toad-svc/m)
    expect(stdout.replaceAll(/␛\[(0|1|2|31|32|33)m/g, '')).not.toContain('␛')
    expect(stdout).not.toMatch(/␛\[31mred/)
  })

  it.each([
    ['--no-color', ['--no-color'], {}],
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['FORCE_COLOR=0', [], { FORCE_COLOR: '0' }],
    ['TERM=dumb', [], { TERM: 'dumb' }],
  ])('shows no colours with %s', async (_what, args, env: Record<string, string>) => {
    expect((await check(args, { isTTY: true, env })).stdout).not.toMatch(COLOUR)
  })

  it('shows no progress with -q, and in CI', async () => {
    expect((await check(['-q'], { isTTY: true })).stderr).toBe('')
    expect((await check([], { isTTY: true, env: { CI: 'true' } })).stderr).toBe('')
  })
})

describe('a log', () => {
  it('holds no progress and no colours', async () => {
    const { stdout, stderr } = await check([], {})
    expect(stderr).toBe('')
    expect(stdout).not.toContain('␛')
  })

  it('holds colours where they are forced', async () => {
    expect((await check([], { env: { FORCE_COLOR: '1' } })).stdout).toMatch(COLOUR)
  })

  it('holds no command that a target has written', async () => {
    expect((await check([], { env: { GITHUB_ACTIONS: 'true' } })).stdout).not.toMatch(/^::error::forged/m)
  })
})
