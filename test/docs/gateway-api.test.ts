import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { gatewayApiVersions, isGatewayKind } from '../../src/kube/gateway-versions.ts'
import { READ_KINDS } from '../../src/kube/kinds.ts'

const PAGE = readFileSync(new URL('../../docs/gateway-api.md', import.meta.url), 'utf8')

/** `gateway.networking.k8s.io/v1`, `v1beta1`: the group is said once. */
function versionsIn(cell: string): string[] {
  const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '')
  const group = names[0]?.split('/')[0] ?? ''
  return names.map((name) => (name.includes('/') ? name : `${group}/${name}`))
}

it('the table of versions is what is read', () => {
  const [before = ''] = PAGE.split('\n## ')
  const rows = before
    .split('\n')
    .filter((line) => /^\| [A-Z]/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const told: Record<string, string[]> = {}
  for (const [, kind = '', versions = ''] of rows) {
    told[kind] = [...(told[kind] ?? []), ...versionsIn(versions)]
  }
  expect(told).toEqual(
    Object.fromEntries(READ_KINDS.filter(isGatewayKind).map((kind) => [kind, gatewayApiVersions(kind)])),
  )
})
