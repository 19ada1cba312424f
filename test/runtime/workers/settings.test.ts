import { expect, it } from 'vitest'
import { SETTING_NAMES } from '../../../src/runtime/config.ts'
import { SETTINGS } from '../../../src/runtime/settings.ts'
import { type Env, readWorkersConfig } from '../../../src/runtime/workers/config.ts'
import { OTHER_SETTINGS } from '../../support/other-settings.ts'

/** The bindings are none of the settings. */
const config = (env: Partial<Env> & Record<string, string>) =>
  JSON.stringify({ ...readWorkersConfig(env as Env), notRead: [] })

it.each(SETTING_NAMES)('%s is said to be read on Workers where it is, and only there', (name) => {
  expect(SETTINGS[name].readBy.includes('workers')).toBe(config({ [name]: OTHER_SETTINGS[name] }) !== config({}))
})
