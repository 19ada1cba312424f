import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { diagnoseObjects } from '../../src/diagnose/diagnose.ts'
import { parseManifests } from '../../src/kube/parse.ts'
import { planPaths } from '../../src/plan/plan.ts'
import { diagnosisText, pathLine, planInput } from '../support/plan-text.ts'

const folder = new URL('../fixtures/kubernetes-api/', import.meta.url)

describe('answers of a real API server', () => {
  it.each(readdirSync(folder).map((name) => name.replace(/\.json$/, '')))(
    '%s: the paths and findings of every Service',
    async (situation) => {
      const recorded = readFileSync(new URL(`${situation}.json`, folder), 'utf8')
      const { services } = parseManifests(recorded, { pointer: '' }).objects
      const texts = services.map(({ meta }) => {
        const input = planInput(recorded, { target: { namespace: meta.namespace, service: meta.name } })
        const plan = planPaths(input)
        return [
          `# ${meta.namespace}/${meta.name}`,
          '',
          ...plan.paths.map(pathLine),
          ...plan.notApplicable.map(({ kind, reason }) => `no ${kind}: ${reason}`),
          '',
          diagnosisText(diagnoseObjects(plan, input.objects)),
        ].join('\n')
      })
      await expect(texts.join('\n')).toMatchFileSnapshot(`../fixtures/plans/recorded.${situation}.txt`)
    },
  )
})
