import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '../../src/lib/log.ts'
import { readConfig } from '../../src/runtime/node/config.ts'
import { startPortolan } from '../../src/runtime/node/server.ts'
import { StartError } from '../../src/runtime/node/start-error.ts'
import { FROM_SOURCES } from '../support/from-sources.ts'
import { STARTED } from '../support/started.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

type Ended = { code: unknown; stdout: string; stderr: string }

/** Runs from the sources what `npm start` runs. */
const start = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const settings = {
      ...STARTED,
      PORTOLAN_PORT: '0',
      PORTOLAN_DATABASE: join(folder, 'portolan.db'),
      ...env,
    }
    execFile(
      process.execPath,
      [...FROM_SOURCES, 'src/runtime/cli/main.ts', 'serve', ...args],
      { env: settings },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    )
  })

it('what keeps portolan serve from starting is one line, without a stack, and exit code 2', async () => {
  expect(await start([], { PORTOLAN_DATABASE: folder })).toEqual({
    ...{ code: 2, stdout: '' },
    stderr: `PORTOLAN_DATABASE: cannot use ${folder}: it is a folder, and a file is needed (EISDIR)\n`,
  })
})

it('portolan serve is set by flags, before the environment, before a file', async () => {
  const file = join(folder, 'settings.yaml')
  writeFileSync(file, 'port: 70000\nhost: 192.0.2.1\ndatabase: elsewhere.db\n')
  // The environment has set port and database
  expect(await start(['--config', file])).toEqual({
    ...{ code: 2, stdout: '' },
    stderr: expect.stringMatching(/^PORTOLAN_ADMIN_TOKEN: listening on 192\.0\.2\.1 /),
  })
  expect(await start(['--config', file, '--host', '127.0.0.1', '--database', folder])).toEqual({
    ...{ code: 2, stdout: '' },
    stderr: `PORTOLAN_DATABASE: cannot use ${folder}: it is a folder, and a file is needed (EISDIR)\n`,
  })
})

describe('one line is said of', () => {
  const refusal = async (env: Record<string, string>): Promise<string> => {
    const settings = { PORTOLAN_PORT: '0', PORTOLAN_DATABASE: join(folder, 'portolan.db'), ...env }
    const log = createLog('error', () => undefined, Date.now)
    const thrown = await startPortolan(readConfig(settings), { log }).catch((error: unknown) => error)
    if (!(thrown instanceof StartError)) {
      throw new Error('it has started, or failed otherwise', { cause: thrown })
    }
    expect(thrown.message).not.toContain('\n')
    return thrown.message
  }

  it('a port in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(await refusal({ PORTOLAN_PORT: String(port) })).toBe(
      `PORTOLAN_HOST, PORTOLAN_PORT: cannot listen on 127.0.0.1:${port}: another program listens there; ` +
        'stop it, or choose another port (PORTOLAN_PORT=0 picks a free one) (EADDRINUSE)',
    )
    other.close()
  })

  it('an address that is not of this machine', async () => {
    expect(await refusal({ PORTOLAN_HOST: '2001:db8::1', PORTOLAN_AUTH: 'none' })).toBe(
      'PORTOLAN_HOST, PORTOLAN_PORT: cannot listen on [2001:db8::1]:0: this machine has no such address (EADDRNOTAVAIL)',
    )
  })

  it('a data folder that is a file', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(await refusal({ PORTOLAN_DATABASE: join(file, 'p.db') })).toBe(
      `PORTOLAN_DATABASE: cannot use ${file}/p.db: a part of the path is a file, not a folder (ENOTDIR)`,
    )
  })

  it('a data folder that may not be written', async () => {
    // Not even root may make files there
    expect(await refusal({ PORTOLAN_DATABASE: '/sys/portolan/p.db' })).toMatch(
      /^PORTOLAN_DATABASE: cannot use \/sys\/portolan\/p\.db: .* \(E(PERM|ACCES|ROFS)\)$/,
    )
  })

  // A program of its own: what waits for ever would take this one with it
  it.each(['/proc/portolan/p.db', '/proc/self/fd/9999/p.db'])(
    'a data folder that no one can make: %s',
    async (file) => {
      expect(await start([], { PORTOLAN_DATABASE: file })).toEqual({
        ...{ code: 2, stdout: '' },
        stderr: `PORTOLAN_DATABASE: cannot use ${file}: its folder cannot be made there (ENOENT)\n`,
      })
    },
  )

  it('a database, and a key, that is a pipe', async () => {
    const why = 'it is a device, a pipe or a socket, and a file is needed'
    const database = join(folder, 'pipe.db')
    execFileSync('mkfifo', [database, `${database}x.key`])
    const ended = await Promise.all([database, `${database}x`].map((file) => start([], { PORTOLAN_DATABASE: file })))
    expect(ended).toEqual([
      { code: 2, stdout: '', stderr: `PORTOLAN_DATABASE: cannot use ${database}: ${why}\n` },
      { code: 2, stdout: '', stderr: `PORTOLAN_SECRET_KEYS: cannot use the key file ${database}x.key: ${why}\n` },
    ])
  })

  it.each([
    ['', 'it does not hold 32 bytes in base64'],
    ['c2hvcnQ=', 'it does not hold 32 bytes in base64'],
    ['not a key at all', 'it does not hold 32 bytes in base64'],
    [null, 'it is a folder, and a file is needed (EISDIR)'],
  ])('a key file that holds %j', async (content, why) => {
    const database = join(folder, `key-${String(content).length}.db`)
    if (content === null) {
      mkdirSync(`${database}.key`)
    } else {
      writeFileSync(`${database}.key`, content)
    }
    expect(await refusal({ PORTOLAN_DATABASE: database })).toContain(
      `PORTOLAN_SECRET_KEYS: cannot use the key file ${database}.key: ${why}`,
    )
  })
})
