/** The manifests of the trials whose rows are about the paths of an Ingress, as they were handed in. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { linesOf } from '../support/plan-lines.ts'
import { planOf } from '../support/plan-text.ts'

const trial = (name: string): string =>
  readFileSync(new URL(`../fixtures/trials/${name}.yaml`, import.meta.url), 'utf8')
const ELB = 'k8s-shop-toad-1.eu-west-1.elb.amazonaws.com'

describe.each(['in-cluster', 'outside'] as const)('the trials, seen from %s', (vantage) => {
  it.each([
    ['03-alb-https-by-annotation', [`https://toad.example.com/ at ${ELB}:443`]],
    ['14-glob-path-counts-in-no-verdict', ['http://203.0.113.9/ at 203.0.113.9:80']],
    ['15-traefik-tls-by-annotation', ['https://toad.example.com/ at 203.0.113.9:443']],
  ])('%s', (name, lines) => {
    expect(linesOf(planOf(trial(name), { vantage }), 'Ingress')).toEqual(lines)
  })
})
