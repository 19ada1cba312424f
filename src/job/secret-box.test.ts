import { describe, expect, it } from 'vitest'
import { createSecretBox, keyName, type SecretKey } from './secret-box.ts'

const key = (byte: number): SecretKey => new Uint8Array(32).fill(byte)

describe('a box of several keys', () => {
  it('seals with the newest, and opens what any of them has sealed', async () => {
    const [old, both, other] = [
      await createSecretBox(key(1)),
      await createSecretBox(key(2), key(1)),
      await createSecretBox(key(3)),
    ]
    const [before, after] = [await old.seal('of the old'), await both.seal('of the new')]
    expect([await both.open(before), await both.open(after)]).toEqual(['of the old', 'of the new'])
    expect([await old.open(after), await other.open(after)]).toEqual([null, null])
    expect([before, after].map((text) => text.split('.')[0])).toEqual([keyName(key(1)), keyName(key(2))])
    expect([both.newest, both.older, old.older]).toEqual([keyName(key(2)), 1, 0])
  })

  it('opens what was sealed before keys had names, by whichever of them', async () => {
    const old = await createSecretBox(key(1))
    const nameless = (await old.seal('of the old')).split('.').slice(1).join('.')
    expect(await (await createSecretBox(key(3), key(2), key(1))).open(nameless)).toBe('of the old')
    expect(await (await createSecretBox(key(3), key(2))).open(nameless)).toBeNull()
  })

  it('opens nothing that is damaged, cut or made up', async () => {
    const box = await createSecretBox(key(2), key(1))
    const sealed = await box.seal('a text')
    const [name = '', iv = '', data = ''] = sealed.split('.')
    const flipped = data.startsWith('A') ? `B${data.slice(1)}` : `A${data.slice(1)}`
    const texts = ['', 'text', name, `${name}.${iv}`, `${name}.${iv}.${flipped}`, `${keyName(key(1))}.${iv}.${data}`]
    expect(await Promise.all([...texts, `${name}.!.?`].map((text) => box.open(text)))).toEqual(Array(7).fill(null))
  })

  it('has a name of each key that differs, and tells nothing of it', () => {
    const names = Array.from({ length: 256 }, (_, byte) => keyName(key(byte)))
    expect(new Set(names).size).toBe(256)
    expect(names.every((name) => /^[0-9a-f]{8}$/.test(name))).toBe(true)
  })
})
