import { expect, it } from 'vitest'
import type { PathState } from '../../src/pages/service/documents.ts'
import { whereItFails } from '../../src/pages/service/where.ts'

type Given = { kind?: PathState['kind']; node?: string | null; state: 'pass' | 'fail'; vantage?: string }

const paths = (...given: Given[]): PathState[] =>
  given.map(
    ({ kind = 'NodePort', node = null, state, vantage = 'in-cluster' }, at) =>
      ({
        ...{ id: `pth_${at}`, kind, node, state, address: `10.0.0.${at}`, addressPort: 80, host: null, url: null },
        ...{ port: { name: 'http', number: 80, protocol: 'TCP' }, expected: 'reachable', retiredAt: null },
        states: [{ vantage, state }],
      }) as unknown as PathState,
  )

const on = (node: string, state: 'pass' | 'fail'): Given => ({ node, state })

it.each([
  ['nothing fails', paths(on('a', 'pass')), null],
  [
    'one path alone was tested',
    paths({ state: 'fail' }),
    'the only path that was tested fails: NodePort http 10.0.0.0:80',
  ],
  [
    'one node of three',
    paths(on('a', 'pass'), on('b', 'fail'), on('b', 'fail'), on('c', 'pass')),
    '2 of 4 paths fail: 2 NodePort; both on b alone, the other 2 nodes pass',
  ],
  [
    'one path of one node',
    paths(on('a', 'pass'), on('b', 'fail')),
    '1 of 2 paths fails: 1 NodePort; on b alone, the other node passes',
  ],
  ['every node', paths(on('a', 'fail'), on('b', 'fail')), 'all 2 paths fail: 2 NodePort; both on all 2 nodes'],
  [
    'some nodes',
    paths(on('a', 'fail'), on('b', 'fail'), on('c', 'pass')),
    '2 of 3 paths fail: 2 NodePort; both on 2 of 3 nodes (a, b), the other node passes',
  ],
  [
    'the only node',
    paths(on('a', 'fail'), { state: 'pass', kind: 'DNS' }),
    '1 of 2 paths fails: 1 NodePort; on a, the only node that was tested',
  ],
  [
    'no node of its own, while nodes pass',
    paths({ kind: 'Ingress', state: 'fail' }, on('a', 'pass'), on('b', 'pass')),
    '1 of 3 paths fails: 1 Ingress; none of one node, and all 2 nodes pass',
  ],
  [
    'a node, and something else',
    paths({ kind: 'Ingress', state: 'fail' }, on('a', 'fail'), on('b', 'pass')),
    '2 of 3 paths fail: 1 Ingress, 1 NodePort; 1 of them on a alone, the other node passes',
  ],
  [
    'one vantage of two',
    paths({ state: 'fail', kind: 'Ingress', vantage: 'office' }, { state: 'pass', kind: 'ClusterIP' }),
    '1 of 2 paths fails: 1 Ingress; seen from office, not from in-cluster',
  ],
])('says what failing paths have in common: %s', (_, tested, told) => {
  expect(whereItFails(tested)).toBe(told)
})

it('names four nodes of many, and how many more there are', () => {
  const nodes = Array.from({ length: 9 }, (_, at) => on(`n${at}`, at < 6 ? 'fail' : 'pass'))
  expect(whereItFails(paths(...nodes))).toContain(
    'all on 6 of 9 nodes (n0, n1, n2, n3 and 2 more), the other 3 nodes pass',
  )
})
