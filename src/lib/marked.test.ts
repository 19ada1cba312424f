import { expect, it } from 'vitest'
import { marked, unmarked, unmarkedValue } from './marked.ts'

const pond = (word: string) => marked('pond', word)

it.each([
  [`Ingress/${pond('web')} of namespace ${pond('pond')} takes /cart`, 'Ingress in another namespace takes /cart'],
  [
    `rules of Ingress/${pond('web')}, and Route/${pond('old')}`,
    'rules of Ingress in another namespace, and Route in another namespace',
  ],
  [`pods in namespaces ${pond('pond')}, ${pond('lake')} match`, 'pods in another namespace match'],
  [`kubectl get service -n ${pond('pond')} ${pond('web')}`, 'kubectl get service -n … …'],
  [`${pond('pond')}/${pond('web')} has it`, '… has it'],
])('says "in another namespace" for what the reader does not reach: %#', (text, shown) => {
  expect(unmarked(text, ['shop'])).toBe(shown)
})

it('shows the words to whoever reaches their namespace, and to whoever reaches all', () => {
  const text = `Ingress/${pond('web')} of namespace ${pond('pond')}`
  const all = 'Ingress/web of namespace pond'
  expect([unmarked(text, ['shop', 'pond']), unmarked(text, null)]).toEqual([all, all])
})

it('leaves everything else as it is', () => {
  const value = { title: 'Ingress/web of namespace pond', paths: [1, null] }
  expect(unmarkedValue(value, [])).toBe(value)
  expect(unmarkedValue({ ...value, fix: pond('web') }, [])).toEqual({ ...value, fix: '…' })
})
