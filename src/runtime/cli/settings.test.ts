import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { OTHER_SETTINGS } from '../../../test/support/other-settings.ts'
import { readConfig } from '../node/config.ts'
import { plainOf } from '../placed-yaml.ts'
import { SETTING_NAMES } from '../setting-shapes.ts'
import { SETTINGS } from '../settings.ts'
import type { Io } from './io.ts'
import { localConfig } from './local-config.ts'
import { readClientSettings, readLayers, type SettingFlags } from './settings.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true })
  }
})

const TOKEN = 'a-token-of-the-environment'

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-settings-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content)
  }
  return folder
}

const ioIn = (cwd: string, env: Io['env'] = {}, stdin = ''): Io => ({
  ...{ name: 'portolan', argv: [], env, cwd, signal: new AbortController().signal },
  stdin: async () => new TextEncoder().encode(stdin),
  stdout: { write: () => undefined, isTTY: false, columns: 100 },
  stderr: { write: () => undefined, isTTY: false, columns: 100 },
})

const read = (files: Readonly<Record<string, string | Uint8Array>>, flags: SettingFlags = {}, env: Io['env'] = {}) =>
  readClientSettings(ioIn(folderWith(files), env), { projectFile: true, ...flags })

describe('settings of a command', () => {
  it('are those of flags before those of the environment, before those of the file that --config names', async () => {
    const files = { 'mine.yaml': 'server: https://file.example\negressDeny: [10.0.0.0/8]\ncluster: of-file\n' }
    const env = { PORTOLAN_SERVER: 'https://environment.example', PORTOLAN_EGRESS_DENY: '192.168.0.0/16' }
    const settings = await read(files, { config: 'mine.yaml', server: 'https://flag.example/' }, env)
    expect(settings.server).toBe('https://flag.example')
    expect(settings.local).toEqual({ PORTOLAN_EGRESS_DENY: '192.168.0.0/16', PORTOLAN_CLUSTER: 'of-file' })
    expect(Object.fromEntries(settings.sources)).toEqual({
      PORTOLAN_SERVER: { from: 'flag', flag: '--server' },
      PORTOLAN_EGRESS_DENY: { from: 'environment', name: 'PORTOLAN_EGRESS_DENY' },
      PORTOLAN_CLUSTER: { from: 'file', file: 'mine.yaml', line: 3 },
    })
  })

  it('leave those of servers alone, wrong ones too', async () => {
    const env = { PORTOLAN_PORT: 'no port', PORTOLAN_DATABASE: '/srv/portolan.db', PORTOLAN_RETENTION_RAW: 'long' }
    expect((await read({}, {}, env)).local).toEqual({})
  })

  it.each<[string, Io['env'], string]>([
    [
      'a name that nobody knows',
      { PORTOLAN_SERVR: 'x' },
      'PORTOLAN_SERVR: there is no such setting; did you mean PORTOLAN_SERVER?',
    ],
    [
      'a file in the environment',
      { PORTOLAN_CONFIG: 'x' },
      'PORTOLAN_CONFIG: there is no such setting; a file of settings is named by --config',
    ],
    [
      'a server with a password in it',
      { PORTOLAN_SERVER: 'https://me:hunter2@portolan.example' },
      'PORTOLAN_SERVER: expected a URL like https://portolan.example, without user, password and query, found ' +
        '"https://…@portolan.example"',
    ],
    [
      'a token with a space',
      { PORTOLAN_TOKEN: 'a b' },
      'PORTOLAN_TOKEN: expected up to 16384 visible ASCII characters without spaces',
    ],
    [
      'a token twice',
      { PORTOLAN_TOKEN: TOKEN, PORTOLAN_TOKEN_FILE: 'token' },
      'PORTOLAN_TOKEN_FILE: PORTOLAN_TOKEN is set, too. Unset one of them',
    ],
  ])('refuse %s', async (_what, env, message) => {
    await expect(read({ token: TOKEN }, {}, env)).rejects.toThrow(message)
  })

  it.each([
    ['egresAllow: x', 'mine.yaml:1: there is no setting "egresAllow"; did you mean egressAllow?'],
    ['\n\nPORTOLAN_SERVER: x', 'mine.yaml:3: there is no setting "PORTOLAN_SERVER"; did you mean server?'],
    ['server: [a, b]', 'mine.yaml:1: server: expected one value'],
    [
      'egressDeny:\n  - 10.0.0.0/8\n  - {a: b}',
      'mine.yaml:1: egressDeny: expected a list, or its entries separated by commas',
    ],
    ['server: a\nserver: b', 'mine.yaml:2: "server" stands on line 1 already'],
    ['a: [', 'mine.yaml:1: it is neither YAML nor JSON: '],
    [
      'server: a\n---\nserver: b',
      'mine.yaml:1: a second document (---) begins after this line; one file is one document',
    ],
    ['[server]', 'mine.yaml:1: expected settings by their names'],
    ['server: !!str a', 'mine.yaml:1: tags (!) are not read here'],
    ['# whom to ask\nserver: nowhere', 'mine.yaml:2: server: expected a URL like https://portolan.example'],
    ['token: hunter2 hunter2', 'mine.yaml:1: token: expected up to 16384 visible ASCII characters without spaces'],
  ])('are refused with file and line where the file says %j', async (text, message) => {
    const refused = await read({ 'mine.yaml': text }, { config: 'mine.yaml' }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ message: expect.stringContaining(message) })
    expect((refused as Error).message).not.toContain('hunter2')
  })

  it('are read as they are written: off is a word, and digits lose none', async () => {
    const text = 'jobTimeLimit: off\ntoken: 12345678901234567890\negressDenyPorts: [25, 465]\nclusters: {a: b, c: d}\n'
    const { local, token } = await read({ 'mine.yaml': text }, { config: 'mine.yaml' })
    expect(token).toBe('12345678901234567890')
    expect(local).toEqual({
      PORTOLAN_JOB_TIME_LIMIT: 'off',
      PORTOLAN_EGRESS_DENY_PORTS: '25,465',
      PORTOLAN_CLUSTERS: '{"a":"b","c":"d"}',
    })
  })

  it('are read from what PowerShell and Notepad write', async () => {
    for (const bytes of [
      Buffer.from('\ufeffserver: https://a.example\r\n', 'utf16le'),
      '\ufeffserver: https://a.example\r\n',
    ]) {
      expect((await read({ 'mine.yaml': bytes }, { config: 'mine.yaml' })).server).toBe('https://a.example')
    }
  })
})

describe('a Portolan within the process', () => {
  it.each(SETTING_NAMES.filter((name) => SETTINGS[name].readBy.includes('local')))('is set by %s', async (name) => {
    const config = async (env: Io['env']) => localConfig((await read({}, {}, env)).local, { strictEgress: false })
    expect(await config({ [name]: OTHER_SETTINGS[name] })).not.toEqual(await config({}))
  })
})

describe('a server', () => {
  const config = async (files: Record<string, string>, env: Io['env']) => {
    const { layers } = await readLayers(ioIn(folderWith(files), env), { config: 'mine.yaml' })
    return readConfig(layers.env, layers.nameOf)
  }

  it('reads the file of --config where the environment says nothing', async () => {
    const files = { 'mine.yaml': 'port: 9090\nlogLevel: debug\ndatabase: of-the-file.db\n' }
    expect(await config(files, { PORTOLAN_DATABASE: 'of-the-environment.db' })).toMatchObject({
      ...{ port: 9090, logLevel: 'debug', databaseFile: 'of-the-environment.db' },
    })
  })

  it('starts in a shell that is set up for commands, and says nothing of that', async () => {
    const env = { PORTOLAN_SERVER: 'not even a URL', PORTOLAN_TOKEN: TOKEN, PORTOLAN_TOKEN_FILE: '/nowhere' }
    expect(await config({ 'mine.yaml': 'port: 0' }, env)).toMatchObject({ port: 0, notRead: [] })
  })

  it.each([
    ['port: many', 'mine.yaml:1: port: expected a whole number from 0 to 65535, found "many"'],
    ['\nadminToken: short', 'mine.yaml:2: adminToken: expected 16 to 512 visible ASCII characters without spaces'],
    [
      'retentionRaw: 30d\nretentionHourly: 1d',
      'mine.yaml:2: retentionHourly: expected no less than PORTOLAN_RETENTION_RAW (30d), found "1d"',
    ],
    [
      'metricsToken: a-token-of-16-characters\nadminToken: a-token-of-16-characters',
      'mine.yaml:1: metricsToken: expected another token than that of PORTOLAN_ADMIN_TOKEN',
    ],
  ])('is told file and line of what does not fit: %j', async (text, message) => {
    await expect(config({ 'mine.yaml': text }, {})).rejects.toThrow(message)
  })
})

describe('the token', () => {
  it('is what its file holds at each start, without the end of the line', async () => {
    const folder = folderWith({ token: `${TOKEN}\n` })
    const io = ioIn(folder, { PORTOLAN_TOKEN_FILE: 'token' })
    expect((await readClientSettings(io, {})).token).toBe(TOKEN)
    writeFileSync(join(folder, 'token'), 'another-token')
    expect((await readClientSettings(io, {})).token).toBe('another-token')
  })

  it('of the nearer source counts', async () => {
    const files = { token: 'of-the-file', 'mine.yaml': 'tokenFile: token' }
    const env = { PORTOLAN_TOKEN: TOKEN }
    expect((await read(files, { config: 'mine.yaml' }, env)).token).toBe(TOKEN)
    expect((await read(files, { tokenFile: 'token' }, env)).token).toBe('of-the-file')
  })

  it.each([
    ['not there', {}, 'token: there is no such file'],
    ['empty', { token: '\n' }, 'token: it is empty; expected a token'],
    ['no token', { token: 'two words' }, 'token: expected up to 16384 visible ASCII characters without spaces'],
  ])('is refused where its file is %s, and nothing of it is shown', async (_what, files, message) => {
    const refused = await read(files, { tokenFile: 'token' }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ message: expect.stringContaining(message) })
    expect((refused as Error).message).not.toContain('two words')
  })
})

describe('the kubeconfig', () => {
  it('is kubectl’s own where no other is named', async () => {
    const home = folderWith({})
    const io = (env: Io['env']) => ioIn(home, { HOME: home, ...env })
    const local = async (env: Io['env']) => (await readClientSettings(io(env), {})).local
    expect(await local({})).toEqual({})
    expect(await local({ KUBECONFIG: 'a:/b' })).toEqual({ PORTOLAN_KUBECONFIG: `${join(home, 'a')}:/b` })
    expect(await local({ KUBECONFIG: 'a', PORTOLAN_KUBECONFIG: '/c' })).toEqual({ PORTOLAN_KUBECONFIG: '/c' })
  })
})

describe('a portolan.yaml in the working folder', () => {
  const CHECKS = 'checks:\n  - {type: http, name: home, path: /healthz}\n'

  it('says what is expected', async () => {
    const { checks, schedules } = await read({ 'portolan.yaml': CHECKS })
    expect(checks && { ...checks, list: plainOf(checks.list) }).toEqual({
      ...{ file: 'portolan.yaml', found: true },
      list: [{ type: 'http', name: 'home', path: '/healthz' }],
    })
    expect(schedules).toBeNull()
  })

  it('is not read where another file says it, or where it is not wanted', async () => {
    const files = { 'portolan.yaml': CHECKS, 'mine.yaml': 'checks: [{type: tcp, name: mine}]' }
    expect((await read(files, { config: 'mine.yaml' })).checks).toMatchObject({ file: 'mine.yaml', found: false })
    expect((await read(files, { projectFile: false })).checks).toBeNull()
    expect((await readClientSettings(ioIn(folderWith({ 'portolan.yaml': 'server: [' })), {})).checks).toBeNull()
  })

  it.each([
    'server',
    'token',
    'tokenFile',
    'insecureHttp',
    'kubeconfig',
    'kubeContext',
    'egressAllow',
    'cluster',
    'database',
  ])('may not set %s: whoever changes it by a pull request would', async (key) => {
    await expect(read({ 'portolan.yaml': `${CHECKS}${key}: x\n` })).rejects.toThrow(
      new RegExp(`^portolan\\.yaml:3: ${key} is not read from a file that was found and not named: .*--config$`),
    )
  })

  it('is refused where it is not what it seems to be', async () => {
    const folder = folderWith({ secret: 'password: hunter2' })
    symlinkSync(join(folder, 'secret'), join(folder, 'portolan.yaml'))
    await expect(readClientSettings(ioIn(folder), { projectFile: true })).rejects.toThrow(
      'portolan.yaml: this is a link, which is not followed here',
    )
    await expect(read({ 'portolan.yaml': 'check: []' })).rejects.toThrow(
      'portolan.yaml:1: there is no part "check"; did you mean checks?',
    )
    await expect(read({ 'portolan.yaml': '"::add-mask::x\\u001b[2J": 1' })).rejects.toThrow(
      'portolan.yaml:1: there is no part "\\\\u{3a}:add-mask::x\\\\u{1b}[2J"',
    )
    await expect(read({ 'portolan.yml': CHECKS })).rejects.toThrow('portolan.yml: it is not read under this name')
  })

  it('is refused where it is a folder, or a pipe that nobody writes to', async () => {
    const folder = folderWith({})
    mkdirSync(join(folder, 'portolan.yaml'))
    await expect(readClientSettings(ioIn(folder), { projectFile: true })).rejects.toThrow('this is not a regular file')
    const other = folderWith({})
    execFileSync('mkfifo', [join(other, 'portolan.yaml')])
    await expect(readClientSettings(ioIn(other), { projectFile: true })).rejects.toThrow('this is not a regular file')
  })

  it.each([
    ['many lines', '- {type: dns, name: a}\n'.repeat(24_000), 'checks:\n'],
    ['many keys', Array.from({ length: 90_000 }, (_, at) => `k${at}: 1\n`).join(''), ''],
    ['one long key', `${'k'.repeat(1_000_000)}: 1`, ''],
    ['too much', `# ${'k'.repeat(1024 * 1024)}`, ''],
  ])('costs no more than its length, and fills no log: %s', async (_what, text, head) => {
    const began = performance.now()
    const outcome = await read({ 'portolan.yaml': head + text }).catch((error: unknown) => error)
    expect(outcome instanceof Error ? outcome.message.length : 0).toBeLessThan(4000)
    // Some tens of milliseconds; whatever grows with the square of it takes a minute
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('does not make billions of values of a few lines', async () => {
    const lines = ['a: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let at = 1; at < 10; at++) {
      lines.push(
        `b${at}: &a${at} [${Array(10)
          .fill(`*a${at - 1}`)
          .join(', ')}]`,
      )
    }
    await expect(read({ 'portolan.yaml': lines.join('\n') })).rejects.toThrow('it stands for more than 100000 values')
  })
})
