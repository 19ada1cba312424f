/** What the command line finds when it asks a server, on whichever runtime that is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliFolder } from '../support/cli.ts'
import { loopbackService } from '../support/loopback-service.ts'
import { RUNTIME, startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { WORKERS_TOKEN } from '../support/portolan-on-workers.ts'
import { keeper, refusedPort, serveHttp } from '../support/servers.ts'

const { keep, closeAll } = keeper()
const folder = cliFolder()
let portolan: TestPortolan

beforeAll(async () => {
  portolan = await keep(startTestPortolan(RUNTIME === 'node' ? { PORTOLAN_VANTAGE: 'outside' } : {}))
  const well = await keep(serveHttp((_request, response) => response.end('toad')))
  folder.write('pass.svc.json', loopbackService(well.port))
  folder.write('fail.json', loopbackService(await refusedPort()))
})
afterAll(async () => {
  await closeAll()
  folder.remove()
})

const run = (args: string, env: Record<string, string> = {}) =>
  folder.run([...args.split(' '), '--server', portolan.url], {
    env: { ...env, ...(RUNTIME === 'workers' && { PORTOLAN_TOKEN: WORKERS_TOKEN }) },
  })

describe('the command line', () => {
  it('ends as the verdict says, with every report of the one job', async () => {
    const files = ['text', 'json', 'junit', 'markdown', 'csv', 'tap'].map((format) => `--${format} pass.${format}`)
    const passed = await run(`check -f pass.svc.json --include LoadBalancer ${files.join(' ')}`)
    expect({ exitCode: passed.exitCode, stderr: passed.stderr }).toEqual({ exitCode: 0, stderr: '' })
    const { id, paths } = JSON.parse(folder.read('pass.json'))
    expect(paths.length).toBeGreaterThan(0)
    expect(['text', 'markdown', 'csv', 'tap'].filter((format) => !folder.read(`pass.${format}`).includes(id))).toEqual(
      [],
    )
    expect((await run('check -f fail.json --include LoadBalancer')).exitCode).toBe(1)
  })

  it('has the Services of manifests checked together, planned and watched', async () => {
    expect((await run('check -f fail.json -A --include LoadBalancer')).exitCode).toBe(1)
    expect((await run('plan -f fail.json')).exitCode).toBe(0)
    expect((await run('watch -f pass.svc.json --until pass --every 100ms --include LoadBalancer')).exitCode).toBe(0)
  })

  it('keeps schedules as code: the same again is nothing, several at once make each once', async () => {
    const headers = { authorization: { valueFrom: { env: 'SHOP_TOKEN' } } }
    const job = {
      target: { manifests: [JSON.parse(loopbackService(80))] },
      checks: [{ type: 'http', name: 'home', headers }],
    }
    const named = (...names: readonly string[]) =>
      folder.write(
        'schedules.json',
        JSON.stringify(names.map((name) => ({ name, cron: '@daily', enabled: false, job }))),
      )
    const apply = async (value: string, rest = '') => {
      const { stdout } = await run(`apply -f schedules.json --owner shop${rest}`, { SHOP_TOKEN: value })
      return stdout.trimEnd().split('\n').at(-1)
    }
    named('a', 'b')
    await Promise.all([apply('hunter22'), apply('hunter22'), apply('hunter22')])
    expect(await apply('hunter22')).toBe('2 unchanged.')
    expect(await apply('hunter23')).toBe('2 changed.')
    expect(await apply('hunter23')).toBe('2 unchanged.')
    named('a')
    expect(await apply('hunter23', ' --prune')).toBe('1 unchanged, 1 deleted.')
    expect(portolan.lines.join('\n')).not.toContain('hunter2')
  })
})
