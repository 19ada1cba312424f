/** The example of each page about the Gateway API makes the finding that the page is about. */
import { describe, expect, it } from 'vitest'
import { diagnoseObjects } from '../../src/diagnose/diagnose.ts'
import { RULES } from '../../src/diagnose/rules.ts'
import { indexObjects } from '../../src/kube/object-index.ts'
import { planPaths } from '../../src/plan/plan.ts'
import { AROUND, EXAMPLES } from '../support/gateway-examples.ts'
import { planInput } from '../support/plan-text.ts'

const OF_OBJECTS = RULES.filter(({ layer, when }) => layer === 'gateway' && when !== undefined).map(({ code }) => code)
const SHOP = { target: { namespace: 'shop', service: 'toad' } }

function found(manifests: string) {
  const input = planInput(manifests, SHOP)
  const index = indexObjects(input.objects, [], 'cluster')
  return diagnoseObjects(planPaths(input, index), input.objects, index).findings
}

describe('the example of a page', () => {
  it('is there for every finding that objects of the Gateway API make by themselves', () => {
    expect(EXAMPLES.map(({ code }) => code).toSorted()).toEqual(OF_OBJECTS.toSorted())
  })

  it.each(EXAMPLES.map(({ code, manifests }) => [code, manifests] as const))('makes it: %s', (code, manifests) => {
    const all = found(manifests).filter(({ layer }) => layer === 'gateway')
    expect(all.map((finding) => finding.code)).toContain(code)
    expect(all.flatMap(({ evidence }) => evidence).length).toBeGreaterThan(0)
  })

  it('makes none where nothing is wrong', () => {
    expect(found(AROUND)).toEqual([])
  })
})
