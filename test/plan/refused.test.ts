/** A reader whose role is narrow: what a plan lacks for it, the reasons, and the rules to add. */
import { describe, expect, it } from 'vitest'
import { diagnoseObjects } from '../../src/diagnose/diagnose.ts'
import { readDocuments } from '../../src/kube/documents.ts'
import { indexObjects } from '../../src/kube/object-index.ts'
import type { ObjectKind, Unread } from '../../src/kube/object-source.ts'
import { RESOURCES } from '../../src/kube/resources.ts'
import { forbiddenOf } from '../../src/plan/forbidden.ts'
import { planPaths } from '../../src/plan/plan.ts'
import { WORLDS } from '../support/live-worlds.ts'
import { diagnosisText, pathText, planInput } from '../support/plan-text.ts'
import { CLUSTER_WIDE, READ_KINDS, takeAway } from '../support/reading.ts'

const USER = 'system:serviceaccount:portolan:portolan'
const keeps = () => false

/** As a source tells it that may not list the kind. */
function refusal(kind: ObjectKind, of: Partial<Unread> = {}): Unread {
  const [first] = RESOURCES[kind]
  const { resource = '', group = '' } = first ?? {}
  const where =
    of.namespace === undefined || of.namespace === null ? 'at the cluster scope' : `in the namespace "${of.namespace}"`
  const detail = `${resource} is forbidden: User "${USER}" cannot list resource "${resource}" in API group "${group}" ${where}`
  const refused = { verb: 'list', group, resource, user: USER }
  return { kind, namespace: null, besides: [], part: 'all', reason: 'forbidden', detail, refused, ...of }
}

const CASES: Readonly<Record<string, readonly Unread[]>> = {
  'a Role of the namespace only': READ_KINDS.map((kind) =>
    refusal(kind, CLUSTER_WIDE.has(kind) ? {} : { besides: ['pond'] }),
  ),
  'nodes forbidden': [refusal('nodes')],
  'pods forbidden': [refusal('pods')],
  'everything but Services forbidden': READ_KINDS.filter((kind) => kind !== 'services').map((kind) => refusal(kind)),
}

const SERVICES = ['every kind of path', 'a headless Service of a StatefulSet', 'no pod ready'] as const

describe('a reader with a narrow role', () => {
  it.each(Object.entries(CASES))('plans with reasons: %s', async (name, unread) => {
    const texts = SERVICES.map((service) => {
      const world = WORLDS.find((each) => each.name === service)
      if (world === undefined) {
        throw new Error(`no world ${service}`)
      }
      const { objects } = takeAway(
        world.objects,
        world.target,
        unread.map((each) => ({ ...each, keeps })),
      )
      const index = indexObjects(objects, unread, 'cluster')
      const plan = planPaths({ ...planInput([], { target: world.target }), objects }, index)
      const forbidden = forbiddenOf({ unread }, plan)
      const rules = forbidden.flatMap(({ rule }) => readDocuments(rule, '').values)
      expect(rules.map((each) => (each as { kind: string }).kind)).toEqual(
        forbidden.flatMap(({ namespace }) =>
          namespace === null ? ['ClusterRole', 'ClusterRoleBinding'] : ['Role', 'RoleBinding'],
        ),
      )
      return [
        `# ${service}`,
        '',
        ...plan.paths.map(pathText),
        ...plan.notApplicable.map(({ kind, reason }) => `no ${kind}: ${reason}`),
        '',
        diagnosisText(diagnoseObjects(plan, objects, index)),
        '',
        ...forbidden.map(
          ({ verb, resource, namespace, effect }) =>
            `may not ${verb} ${resource} (${namespace ?? 'everywhere'}): ${effect}`,
        ),
        '',
      ].join('\n')
    })
    await expect(texts.join('\n')).toMatchFileSnapshot(`../fixtures/plans/unread.${name.replaceAll(' ', '-')}.txt`)
  })
})
