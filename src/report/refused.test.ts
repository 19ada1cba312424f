import { expect, it } from 'vitest'
import { remarksOfRefusal } from './refused.ts'

it('tells what is missing at the end of a file at its last line', () => {
  const detail = 'Line 5, column 1: did not find expected node content.'
  const refused = { code: 'malformed_manifests', detail, errors: [{ pointer: '', detail }] }
  const text = 'kind: Service\nmetadata:\n  name: a\n  x: [\n'
  const places = remarksOfRefusal(refused, [{ path: 'a.yaml', text }]).map(({ place }) => place)
  expect(places).toEqual([{ path: 'a.yaml', line: 4, column: 1, endLine: 4, endColumn: 2 }])
})
