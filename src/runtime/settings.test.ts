import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { generatedFiles } from '../../scripts/settings.ts'
import { BESIDE, OTHER_SETTINGS } from '../../test/support/other-settings.ts'
import { SETTINGS_HELP } from './cli/serve-help.ts'
import { readClientEnv, readSettings } from './config.ts'
import { readConfig } from './node/config.ts'
import { SETTING_NAMES, type SettingName } from './setting-shapes.ts'
import { SETTINGS, unreadSettings } from './settings.ts'

const isRead = (name: SettingName): boolean => {
  const config = (env: Record<string, string>) => JSON.stringify({ ...readConfig(env), notRead: [] })
  return config({ ...BESIDE[name], [name]: OTHER_SETTINGS[name] }) !== config({ ...BESIDE[name] })
}

const read = (env: Record<string, string>) => ({ ...readSettings(env), ...readClientEnv(env) })

describe.each(SETTING_NAMES)('%s', (name) => {
  it('is said to be read on Node where it is, and only there', () => {
    expect(SETTINGS[name].readBy.includes('node')).toBe(isRead(name))
  })

  it('is without being set what is said', () => {
    const { default: standard } = SETTINGS[name]
    if (standard === null) {
      expect([null, ...[[]]]).toContainEqual(read({})[name])
    } else {
      expect(read({ [name]: standard })).toEqual(read({}))
    }
  })

  it('is in the help of portolan serve where Node reads it', () => {
    expect(new RegExp(`^  ${name} `, 'm').test(SETTINGS_HELP)).toBe(SETTINGS[name].readBy.includes('node'))
  })
})

it.each(Object.entries(generatedFiles()))('%s has all of them as they are', (file, text) => {
  expect(readFileSync(file, 'utf8')).toBe(text)
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
