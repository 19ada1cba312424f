import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { OTHER_SETTINGS } from '../../test/support/other-settings.ts'
import { readSettings, SETTING_NAMES, type SettingName } from './config.ts'
import { readConfig } from './node/config.ts'
import { HELP } from './node/help.ts'
import { SETTINGS, unreadSettings } from './settings.ts'

const isRead = (name: SettingName): boolean => {
  const config = (env: Record<string, string>) => JSON.stringify({ ...readConfig(env), notRead: [] })
  return config({ [name]: OTHER_SETTINGS[name] }) !== config({})
}

describe.each(SETTING_NAMES)('%s', (name) => {
  it('is said to be read on Node where it is, and only there', () => {
    expect(SETTINGS[name].readBy.includes('node')).toBe(isRead(name))
  })

  it('is without being set what is said', () => {
    const { default: standard } = SETTINGS[name]
    if (standard === null) {
      expect([null, ...[[]]]).toContainEqual(readSettings({})[name])
    } else {
      expect(readSettings({ [name]: standard })).toEqual(readSettings({}))
    }
  })

  it('is in the help of npm start where Node reads it', () => {
    expect(new RegExp(`^  ${name} `, 'm').test(HELP)).toBe(SETTINGS[name].readBy.includes('node'))
  })
})

const on: Readonly<Record<string, string>> = {
  'node,workers': 'both',
  node: 'Node',
  workers: 'Workers',
  '': 'neither',
}

it('docs/settings.md has all of them as they are', () => {
  const rows = SETTING_NAMES.map((name) => {
    const { default: standard, meaning, readBy } = SETTINGS[name]
    return `| \`${name}\` | ${standard === null ? '' : `\`${standard}\``} | ${on[readBy.join()]} | ${meaning} |`
  })
  const page = readFileSync('docs/settings.md', 'utf8')
  expect(page.split('\n').filter((line) => line.startsWith('| `PORTOLAN_'))).toEqual(rows)
})

it('what is set and not read is told, by runtime', () => {
  const env = {
    PORTOLAN_KUBECONFIG: 'x',
    PORTOLAN_DOH_URL: 'https://x',
    PORTOLAN_PORT: '80',
    PORTOLAN_KUBE_CONTEXT: ' ',
  }
  expect(unreadSettings(env, 'node')).toEqual([{ name: 'PORTOLAN_DOH_URL', why: 'it is read on workers only' }])
  expect(unreadSettings(env, 'workers')).toEqual([
    { name: 'PORTOLAN_PORT', why: 'it is read on node only' },
    { name: 'PORTOLAN_KUBECONFIG', why: 'it is read on node only' },
  ])
})
