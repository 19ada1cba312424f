import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHeldObjects, type Entry } from './held-objects.ts'

const entry = (name: string, version: number, object = `${name}@${version}`, namespace = 'pond'): Entry<string> => ({
  name: { namespace, name },
  version: String(version),
  read: { object },
})
const refused = (name: string, version: number): Entry<string> => ({
  name: { namespace: 'pond', name },
  version: String(version),
  read: { refused: 'a mistake' },
})
const held = (objects: ReturnType<typeof createHeldObjects<string>>) =>
  [...objects.all()].map(({ read }) => ('object' in read ? read.object : read.refused)).toSorted()

describe('held objects', () => {
  it('are replaced by a list, which tells what differs', () => {
    const objects = createHeldObjects<string>()
    expect(objects.replace([entry('toad', 1), entry('frog', 2), entry('newt', 3)], '5')).toEqual([
      { type: 'added', object: 'toad@1' },
      { type: 'added', object: 'frog@2' },
      { type: 'added', object: 'newt@3' },
    ])
    expect(objects.replace([entry('toad', 1), entry('frog', 7)], '9')).toEqual([
      { type: 'changed', object: 'frog@7' },
      { type: 'removed', object: 'newt@3' },
    ])
    expect({ version: objects.version, count: objects.count, held: held(objects) }).toEqual({
      ...{ version: '9', count: 2, held: ['frog@7', 'toad@1'] },
    })
  })

  it('take no event twice, and none that is older than what they have', () => {
    const objects = createHeldObjects<string>()
    objects.replace([entry('toad', 1)], '5')
    expect(objects.put(entry('toad', 6))).toEqual([{ type: 'changed', object: 'toad@6' }])
    expect(objects.remove({ namespace: 'pond', name: 'toad' }, '7')).toEqual([{ type: 'removed', object: 'toad@6' }])
    expect(objects.put(entry('toad', 6))).toEqual([])
    expect(objects.remove({ namespace: 'pond', name: 'toad' }, '7')).toEqual([])
    objects.bookmark('4')
    expect({ version: objects.version, held: held(objects) }).toEqual({ version: '7', held: [] })
  })

  it('do not show what a reader refuses; whoever knew the object before is told that it is gone', () => {
    const objects = createHeldObjects<string>()
    objects.replace([entry('toad', 1), entry('frog', 2)], '5')
    expect(objects.put(refused('toad', 6))).toEqual([{ type: 'removed', object: 'toad@1' }])
    expect(held(objects)).toEqual(['a mistake', 'frog@2'])
    expect(objects.put(entry('toad', 8))).toEqual([{ type: 'added', object: 'toad@8' }])
  })

  it('are known to be gone after an event or a list without them, until they are there again', () => {
    const objects = createHeldObjects<string>()
    const [toad, newt] = [
      { namespace: 'pond', name: 'toad' },
      { namespace: 'pond', name: 'newt' },
    ]
    const goneNow = () => [objects.isGone(toad), objects.isGone(newt)]
    objects.replace([entry('toad', 1), entry('newt', 2)], '5')
    expect(goneNow()).toEqual([false, false])
    objects.remove(toad, '6')
    expect(goneNow()).toEqual([true, false])
    objects.replace([entry('toad', 7)], '8')
    expect(goneNow()).toEqual([false, true])
    objects.put(entry('newt', 9))
    expect(goneNow()).toEqual([false, false])
  })

  it('are found by namespace and by name', () => {
    const objects = createHeldObjects<string>()
    objects.replace([entry('toad', 1), entry('toad', 2, 'the other', 'moor')], '5')
    expect([...objects.in('moor')]).toEqual([entry('toad', 2, 'the other', 'moor')])
    expect([...objects.in('heath')]).toEqual([])
    expect(objects.at({ namespace: 'pond', name: 'toad' })).toEqual(entry('toad', 1))
    expect(objects.at({ namespace: 'pond', name: 'frog' })).toBeNull()
  })

  it('are what a listener pieces together of the changes, whatever happens', () => {
    const name = fc.constantFrom('toad', 'frog', 'newt')
    const step = fc.oneof(
      fc.record({ act: fc.constant('put' as const), name, back: fc.nat(3) }),
      fc.record({ act: fc.constant('refuse' as const), name, back: fc.nat(3) }),
      fc.record({ act: fc.constant('remove' as const), name, back: fc.nat(3) }),
      fc.record({ act: fc.constant('list' as const), names: fc.uniqueArray(name), back: fc.constant(0) }),
    )
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const objects = createHeldObjects<string>()
        const heard = new Map<string, string>()
        for (const [at, each] of steps.entries()) {
          // Some steps are told again, late.
          const version = Math.max(1, at + 2 - each.back)
          const changes =
            each.act === 'list'
              ? objects.replace(
                  each.names.map((one) => entry(one, version)),
                  String(version),
                )
              : each.act === 'remove'
                ? objects.remove({ namespace: 'pond', name: each.name }, String(version))
                : objects.put((each.act === 'put' ? entry : refused)(each.name, version))
          for (const { type, object } of changes) {
            const [key = ''] = object.split('@')
            if (type === 'removed') {
              expect(heard.delete(key)).toBe(true)
            } else {
              expect(heard.has(key)).toBe(type === 'changed')
              heard.set(key, object)
            }
          }
        }
        const shown = [...objects.all()].flatMap(({ read }) => ('object' in read ? [read.object] : []))
        expect([...heard.values()].toSorted()).toEqual(shown.toSorted())
      }),
    )
  })
})
