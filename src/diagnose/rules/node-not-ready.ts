import { refOf } from '../../kube/objects.ts'
import { count, list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { NO_CONNECTION } from '../shows.ts'

/** Looks only at nodes that paths of this Service lead to. */
export const nodeNotReady: Rule = {
  code: 'node_not_ready',
  layer: 'node',
  warnings: ['pods'],
  showsAs: NO_CONNECTION,
  when({ index, plan }) {
    const used = new Set(plan.paths.flatMap(({ node }) => node ?? []))
    const down = index.nodes.flatMap((node) => {
      const ready = node.conditions.find(({ type }) => type === 'Ready')
      return ready !== undefined && ready.status !== 'True' && used.has(node.meta.name) ? [{ node, ready }] : []
    })
    const [first] = down
    if (first === undefined) {
      return []
    }
    const names = new Set(down.map(({ node }) => node.meta.name))
    const reasons = [...new Set(down.flatMap(({ ready }) => ready.message ?? ready.reason ?? []))]
    return [
      {
        confidence: 'certain',
        title: `${count(down.length, 'node')} not Ready: ${list([...names])}`,
        detail: `${reasons.length === 0 ? '' : `${list(reasons, 2).replace(/\.$/, '')}. `}Its node ports and the pods on it may not answer; the control plane takes its pods out of the endpoints after a while.`,
        fix: 'Repair the node, or drain and remove it.',
        confirm: `kubectl describe node ${first.node.meta.name}`,
        evidence: down
          .slice(0, 5)
          .map(({ node, ready }) => ({ object: refOf(node), field: 'status.conditions[Ready]', value: ready.status })),
        explains: plan.paths.filter(({ node }) => node !== null && names.has(node)).map(({ id }) => id),
      },
    ]
  },
}
