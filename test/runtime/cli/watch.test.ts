import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliFolder } from '../../support/cli.ts'
import { loopbackService } from '../../support/loopback-service.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { keeper, refusedPort, serveHttp } from '../../support/servers.ts'

const { keep, closeAll } = keeper()
const folder = cliFolder()
let portolan: TestPortolan

beforeAll(async () => {
  portolan = await keep(startTestPortolan({ PORTOLAN_VANTAGE: 'outside' }))
})
afterAll(async () => {
  await closeAll()
  folder.remove()
})

const watch = (args: string, options = {}) =>
  folder.run(
    ['watch', ...args.split(' '), '--include', 'LoadBalancer', '--every', '100ms', '--server', portolan.url],
    options,
  )

describe('portolan watch', () => {
  it('waits until a Service is reached, and tells what changed in lines', async () => {
    const port = await refusedPort()
    folder.write('late.json', loopbackService(port))
    let isUp = false
    const { exitCode, stdout } = await watch('-f late.json --until pass --wait 60s', {
      async onStdout(text: string) {
        if (text.includes('FAIL') && !isUp) {
          isUp = true
          await keep(serveHttp((_request, response) => response.end('toad'), { port }))
        }
      },
    })
    expect(exitCode).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}FAIL {2}shop\/toad-svc {2}/)
    expect(lines.slice(-2).map((line) => line.slice(25))).toEqual([
      expect.stringMatching(/^PASS {2}shop\/toad-svc {2}1 pass/),
      expect.stringMatching(/^✓ LoadBalancer http 127\.0\.0\.1:\d+: pass \(was fail: connection_refused for \d+s\)$/),
    ])
  })

  it('looks from here without a server', async () => {
    const well = await keep(serveHttp((_request, response) => response.end('toad')))
    folder.write('here.json', loopbackService(well.port))
    const args = ['watch', '-f', 'here.json', '--until', 'pass', '--include', 'LoadBalancer']
    expect((await folder.run(args)).exitCode).toBe(0)
  })

  it('exits 1 when the time is up and the Service fails, and 2 when it was to fail', async () => {
    folder.write('down.json', loopbackService(await refusedPort()))
    const well = await keep(serveHttp((_request, response) => response.end('toad')))
    folder.write('up.json', loopbackService(well.port))
    const down = await watch('-f down.json --until pass --wait 200ms')
    expect({ exitCode: down.exitCode, stderr: down.stderr }).toEqual({
      exitCode: 1,
      stderr: 'It was not reachable within 0.2 s.\n',
    })
    expect((await watch('-f up.json --until fail --wait 200ms')).exitCode).toBe(2)
  })

  it('draws a table over itself for somebody who looks, until it is stopped', async () => {
    const well = await keep(serveHttp((_request, response) => response.end('toad')))
    folder.write('well.json', loopbackService(well.port))
    const stop = new AbortController()
    let draws = 0
    const { exitCode, stdout } = await watch('-f well.json --no-color', {
      isTTY: true,
      signal: stop.signal,
      onStdout() {
        draws += 1
        if (draws === 2) {
          stop.abort(130)
        }
      },
    })
    expect(exitCode).toBe(130)
    const [first = '', second = ''] = stdout.split('\u001b[J').slice(1)
    expect(first.split('\n')[0]).toMatch(/^PASS {2}shop\/toad-svc {2}for 0s/)
    expect(second).toMatch(/^✓ LoadBalancer http 127\.0\.0\.1:\d+ .* for \d+s/m)
  })

  it('adds nothing to the history of the Service', async () => {
    const { items } = (await (await portolan.call('/v1/services')).json()) as { items: unknown[] }
    expect(items).toEqual([])
  })
})
