/** The page that tells users which annotations are read is made of the tables that the planner reads. */
import { expect, it } from 'vitest'
import { CLOUDS } from '../../src/plan/clouds-table.ts'
import { INGRESS_CONTROLLERS } from '../../src/plan/controllers/table.ts'
import { SCHEME_ANNOTATIONS } from '../../src/plan/scheme.ts'

const tableOf = (reads: readonly { annotation: string; means: string }[]): string[] => [
  '| annotation | what it means for the plan |',
  '|---|---|',
  ...reads.map(({ annotation, means }) => `| \`${annotation}\` | ${means.replaceAll('|', '\\|')} |`),
]

const sourcesOf = (sources: readonly string[]): string => `Sources: ${sources.map((url) => `<${url}>`).join(', ')}`

const list = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ')

const page = [
  '# Annotations that are read',
  '',
  'Made from the tables in `src/plan/controllers/` and `src/plan/clouds-table.ts` by `test/plan/annotations.test.ts`;',
  'what the planner makes of them is in [paths.md](paths.md). Annotations that are not named here change no plan.',
  '',
  '## Ingress controllers',
  '',
  'The controller of an Ingress is known, first that applies, by `spec.controller` of its IngressClass, by the name of its',
  'class (`spec.ingressClassName`, else the annotation `kubernetes.io/ingress.class`; `nginx-internal` is taken for `nginx`),',
  'by the default class, or by annotations that one controller alone reads. Of a controller that is not known, only',
  '`spec.tls` tells the listeners.',
  '',
  ...INGRESS_CONTROLLERS.flatMap(({ name, controllers, classes, reads, sources }) => [
    `### ${name}`,
    '',
    `IngressClass \`spec.controller\`: ${list(controllers)}${controllers.some((each) => each.endsWith('/')) ? ' and what follows' : ''}. Classes: ${list(classes)}.`,
    '',
    ...tableOf(reads),
    '',
    sourcesOf(sources),
    '',
  ]),
  '## Load balancers of Services',
  '',
  'Where TLS ends at the load balancer, its address is asked by https, and everything behind it (DNS, ClusterIP, NodePort,',
  'Endpoint, and the short cut inside the cluster) by what is spoken there. What is internal is *unknown* from outside.',
  '',
  ...CLOUDS.flatMap(({ name, reads, sources }) => [`### ${name}`, '', ...tableOf(reads), '', sourcesOf(sources), '']),
  '## What a port speaks',
  '',
  'Annotations of the Service that say what its pods speak come before names and numbers of ports, and after `appProtocol`.',
  '',
  ...tableOf(SCHEME_ANNOTATIONS),
  '',
  '## Others',
  '',
  ...tableOf([
    { annotation: 'service.beta.kubernetes.io/load-balancer-source-ranges', means: 'as spec.loadBalancerSourceRanges' },
    {
      annotation: 'external-dns.alpha.kubernetes.io/hostname',
      means: 'the name that the certificate of a load balancer is judged by, where TLS ends there',
    },
    { annotation: 'ingressclass.kubernetes.io/is-default-class', means: 'the class of Ingresses without one' },
  ]),
  '',
].join('\n')

it('docs/annotations.md is what the tables say (update it with vitest -u)', async () => {
  await expect(page).toMatchFileSnapshot('../../docs/annotations.md')
})

it('names each annotation of a controller or cloud once', () => {
  for (const { name, reads } of [...INGRESS_CONTROLLERS, ...CLOUDS]) {
    const annotations = reads.map(({ annotation }) => annotation)
    expect([name, annotations.length]).toEqual([name, new Set(annotations).size])
  }
})
