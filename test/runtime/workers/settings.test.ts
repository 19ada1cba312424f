import { expect, it } from 'vitest'
import { SETTING_NAMES } from '../../../src/runtime/setting-shapes.ts'
import { SETTINGS } from '../../../src/runtime/settings.ts'
import { type Env, readWorkersConfig } from '../../../src/runtime/workers/config.ts'
import { BESIDE, OTHER_SETTINGS } from '../../support/other-settings.ts'

/** The bindings are none of the settings. */
const config = (env: Partial<Env> & Record<string, string>) =>
  JSON.stringify({ ...readWorkersConfig(env as Env), notRead: [] })

it.each(SETTING_NAMES)('%s is said to be read on Workers where it is, and only there', (name) => {
  const beside = BESIDE[name] ?? {}
  const isRead = config({ ...beside, [name]: OTHER_SETTINGS[name] }) !== config(beside)
  expect(SETTINGS[name].readBy.includes('workers')).toBe(isRead)
})

it('no cluster is asked about tokens, and a rule that wants it is named', () => {
  const rule = { issuer: 'https://cluster.example', audience: 'a', claims: { sub: 'b' }, scopes: ['plan'] }
  const rules = [rule, { ...rule, issuer: 'https://other.example', tokenReview: 'prod' }]
  expect(() => config({ PORTOLAN_JWT_RULES: JSON.stringify(rules) })).toThrow(
    'PORTOLAN_JWT_RULES: rule 2: tokenReview: expected none: this server reads no cluster (keys in the rule need none)',
  )
})
