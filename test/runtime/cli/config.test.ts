import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { SETTING_NAMES } from '../../../src/runtime/setting-shapes.ts'
import { cliFolder } from '../../support/cli.ts'

const folders: ReturnType<typeof cliFolder>[] = []
afterAll(() => {
  for (const folder of folders) {
    folder.remove()
  }
})

function folderWith(files: Readonly<Record<string, string>>) {
  const folder = cliFolder()
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    folder.write(name, content)
  }
  return folder
}

const MINE = 'token: a-secret-of-the-file\negressDeny: [10.0.0.0/8]\ndohUrl: https://me:hunter2@doh.example/\n'
const PROJECT = 'checks: [{type: http, name: a}]\nschedules: [{name: a}, {name: b}]\n'

describe('portolan config', () => {
  it('shows what is set, and by what; secrets only as set', async () => {
    const folder = folderWith({ 'mine.yaml': MINE, 'portolan.yaml': PROJECT, 'home/.kube/config': '' })
    const argv = ['config', '--config', 'mine.yaml', '--context', 'kind']
    const env = { PORTOLAN_SERVER: 'https://portolan.example', PORTOLAN_CONCURRENCY: ' 5 ' }
    const { exitCode, stdout, stderr } = await folder.run(argv, { env })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const rows = stdout.split('\n').map((line) => line.replaceAll(folder.cwd, 'CWD').split(/ {2,}/))
    expect(rows).toEqual([
      ['SETTING', 'VALUE', 'FROM', 'READ BY'],
      ['PORTOLAN_DOH_URL', 'https://…@doh.example/', 'mine.yaml:3', 'Workers'],
      ['PORTOLAN_KUBECONFIG', 'CWD/home/.kube/config', '~/.kube/config', 'server, here'],
      ['PORTOLAN_KUBE_CONTEXT', 'kind', '--context', 'server, here'],
      ['PORTOLAN_CONCURRENCY', '5', 'environment', 'server, here'],
      ['PORTOLAN_EGRESS_DENY', '10.0.0.0/8', 'mine.yaml:2', 'server, Workers, here'],
      ['PORTOLAN_SERVER', 'https://portolan.example', 'environment', 'client'],
      ['PORTOLAN_TOKEN', '(set)', 'mine.yaml:1', 'client'],
      [`${SETTING_NAMES.length - 7} settings have their defaults; --all shows them.`],
      ['mine.yaml: 0 checks, 0 schedules'],
      ['portolan.yaml, found here: 1 check, 2 schedules'],
      [''],
    ])
  })

  it('tells a program the same, all of it with --all', async () => {
    const folder = folderWith({ 'mine.yaml': MINE })
    const { exitCode, stdout } = await folder.run(['config', '--all', '-o', 'json', '--config', 'mine.yaml'])
    const { settings, ...rest } = JSON.parse(stdout)
    expect({ exitCode, ...rest }).toEqual({
      exitCode: 0,
      files: [{ file: 'mine.yaml', found: false, checks: 0, schedules: 0 }],
      ...{ mistakes: [], remarks: [] },
    })
    const named = new Map(settings.map((each: { name: string }) => [each.name, each]))
    expect([...named.keys()]).toEqual(SETTING_NAMES)
    expect(named.get('PORTOLAN_TOKEN')).toEqual({
      ...{ name: 'PORTOLAN_TOKEN', key: 'token', isSecret: true, isSet: true, value: null, readBy: ['client'] },
      from: { from: 'file', file: 'mine.yaml', line: 1 },
    })
    expect(named.get('PORTOLAN_PORT')).toEqual({
      ...{ name: 'PORTOLAN_PORT', key: 'port', isSecret: false, isSet: false, value: '8080', readBy: ['node'] },
      from: { from: 'default' },
    })
    expect(stdout).not.toMatch(/a-secret-of|hunter2/)
  })

  it('names whatever does not fit, for servers and for commands, each on a line, and ends with 2', async () => {
    const folder = folderWith({
      'mine.yaml': 'port: many\n',
      'portolan.yaml': 'checks: [{type: http, name: a, method: POST}]\n',
    })
    const env = { PORTOLAN_SERVER: 'nowhere', PORTOLAN_TOKN: 'hunter2' }
    const { exitCode, stderr } = await folder.run(['config', '--config', 'mine.yaml'], { env })
    expect(exitCode).toBe(2)
    expect(stderr).toBe(`\
PORTOLAN_SERVER: expected a URL like https://portolan.example, without user, password and query, found "nowhere"
PORTOLAN_TOKN: there is no such setting; did you mean PORTOLAN_TOKEN?
mine.yaml:1: port: expected a whole number from 0 to 65535, found "many"
portolan.yaml:1: method: it may change something in what is asked
`)
  })

  it('says that others may read the file of a token', async () => {
    const folder = folderWith({ token: 'a-token' })
    const run = () => folder.run(['config', '--token-file', 'token'])
    chmodSync(join(folder.cwd, 'token'), 0o644)
    expect((await run()).stdout).toContain('others on this machine may read token: chmod 600 token\n')
    chmodSync(join(folder.cwd, 'token'), 0o600)
    expect((await run()).stdout).not.toContain('chmod')
  })

  it.each([
    [['--schema'], 'Settings of Portolan, in a file that --config names'],
    [['--schema', 'project'], 'portolan.yaml: what is expected of Services'],
  ])('prints the JSON Schema: %j', async (args, title) => {
    const { exitCode, stdout } = await folderWith({}).run(['config', ...args])
    expect({ exitCode, title: JSON.parse(stdout).title }).toEqual({ exitCode: 0, title })
  })
})
