import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseManifests } from '../../src/kube/parse.ts'
import type { Position } from '../../src/plan/path.ts'
import { planOf, planText } from '../support/plan-text.ts'

const folder = new URL('../../examples/manifests/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')

const examples = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) =>
    parseManifests(read(name), { pointer: '' }).objects.services.map((service) => ({
      name: name.replace(/\.yaml$/, ''),
      service: service.meta.name,
    })),
  )

describe('the plan of every example', () => {
  it.each(examples)('$name, $service: exactly these paths', async ({ name, service }) => {
    const text = planText(planOf(read(`${name}.yaml`), { target: { service } }))
    await expect(text).toMatchFileSnapshot(`../fixtures/plans/${name}.${service}.txt`)
  })

  it.each(examples.filter(({ name }) => name.endsWith('-v1beta1')))(
    '$name, $service: its plain HTTP paths are those of the same Ingress in the new API',
    ({ name, service }) => {
      const ids = (file: string) =>
        planOf(read(file), { target: { service } }).paths.map(({ kind, url }) => [kind, url])
      const without = (file: string) =>
        ids(file).filter(([kind, url]) => kind !== 'Ingress' || !String(url).startsWith('https'))
      expect(without(`${name}.yaml`)).toEqual(without(`${name.replace('-v1beta1', '')}.yaml`))
    },
  )

  it.each(['outside', 'edge'] satisfies Position[])(
    'nodeport from %s: what answers only inside is skipped',
    async (vantage) => {
      const text = planText(planOf(read('nodeport.yaml'), { vantage }))
      await expect(text).toMatchFileSnapshot(`../fixtures/plans/nodeport.lighthouse.${vantage}.txt`)
    },
  )

  it('compares an environment with what Kubernetes would set', async () => {
    const environment = read('environment.env')
    const text = planText(planOf(read('environment.yaml'), { addresses: { environment } }))
    await expect(text).toMatchFileSnapshot('../fixtures/plans/environment.tide-table.compared.txt')
  })
})
