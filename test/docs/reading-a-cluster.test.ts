import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { ObjectKind } from '../../src/kube/object-source.ts'
import { RESOURCES } from '../../src/kube/resources.ts'
import { PAGE } from '../../src/runtime/node/cluster/list-all.ts'
import { type First, READ_KINDS, REQUESTS } from '../../src/runtime/node/cluster/requests.ts'

const PAGE_TEXT = readFileSync(new URL('../../docs/reading-a-cluster.md', import.meta.url), 'utf8')

const FIRST: Readonly<Record<First, string>> = {
  by_name: 'the one by its name',
  by_label: 'those with the label `kubernetes.io/service-name`',
  by_selector: 'those that the selector matches',
  namespace: 'those of its namespace',
  cluster: 'all',
  nothing: 'nothing',
}

/** The row of a kind, as the page has it. */
function rowOf(kind: ObjectKind): string {
  const { first, when, maxAgeMs, own } = REQUESTS[kind]
  const resources = RESOURCES[kind].map(({ resource }) => `\`${resource}\``).join(', ')
  const isOne = first === 'by_name' && when === 'no_slices'
  const chosen = isOne ? "the one of the Service's name, where there is no slice or no selector" : FIRST[first]
  const age = maxAgeMs === 0 ? '' : `, up to ${maxAgeMs / 1000} s old`
  const whole = RESOURCES[kind].some(({ namespaced }) => namespaced) ? 'those of a namespace, or all' : 'all'
  const demanded = first === 'cluster' ? ' ' : ` ${own === 'by_involved_name' ? `${EVENTS}; ` : ''}${whole} `
  return `| ${resources} | ${chosen}${age} |${demanded}|`
}
const EVENTS = 'those about the Service, its pods, what makes these, and its Ingresses'

it('the table of requests is what is asked for', () => {
  const rows = PAGE_TEXT.split('\n').filter((line) => line.startsWith('| `'))
  expect(rows.toSorted()).toEqual(READ_KINDS.map(rowOf).toSorted())
  expect(PAGE_TEXT).toContain(`in pages of ${PAGE}`)
  for (const kind of READ_KINDS) {
    expect(PAGE_TEXT).toContain(REQUESTS[kind].most.toLocaleString('en'))
  }
})
