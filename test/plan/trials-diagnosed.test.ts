/** The objects of the trials whose rows are about what is told of them, as they were handed in. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { diagnoseObjects } from '../../src/diagnose/diagnose.ts'
import type { PathKind } from '../../src/plan/kinds.ts'
import type { PlannedPath } from '../../src/plan/path.ts'
import { planPaths } from '../../src/plan/plan.ts'
import { planInput } from '../support/plan-text.ts'
import { type Did, told } from '../support/scenario.ts'

const file = (name: string): string => readFileSync(new URL(`../fixtures/trials/${name}`, import.meta.url), 'utf8')

describe('manifests of the trials', () => {
  it.each(['06-job-and-rc-make-pods', '07-udp-port-declared-without-protocol'])('%s: nothing is told', (name) => {
    const input = planInput(file(`${name}.yaml`))
    expect(diagnoseObjects(planPaths(input), input.objects).findings).toEqual([])
  })
})

describe('jobs of the trials', () => {
  const said = (name: string, saw: (path: PlannedPath) => Did) => {
    const { target, paths } = JSON.parse(file(`${name}.json`))
    const { manifests, ...asked } = target
    const include = paths.include.map((kind: PathKind) => ({ kind }))
    return told({ manifests, saw, asked: { target: asked, paths: { include, exclude: [] } } })
  }

  it('names the node whose node port is refused in one family alone', () => {
    const refused = ({ kind, node, family }: PlannedPath): Did =>
      kind === 'NodePort' && node === 'node-2' && family === 'IPv6' ? 'connection_refused' : 'pass'
    expect(said('dual-nodeport-one-family-one-node', refused)).toEqual([
      'node_port_fails_on_some_nodes likely: NodePort',
    ])
  })

  it('does not say that nobody wrote endpoints where node ports answer', () => {
    const answered = said('selectorless-contradicted', ({ node }) =>
      node === 'node-1' ? 'pass' : 'connection_refused',
    )
    expect(answered.filter((line) => line.startsWith('selectorless_without_endpoints'))).toEqual([])
    expect(answered[0]).toBe('node_port_fails_on_some_nodes likely: NodePort')
  })
})
