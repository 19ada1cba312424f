import { describe, expect, it } from 'vitest'
import { read } from '../../test/support/read-manifests.ts'

const WEB =
  'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports:\n  - port: 80\n'

/** Forms in which manifests are published and printed, beside those of the trials. */
describe('is read as kubectl reads it:', () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    [
      'a text of Windows with a mark, tabs in comments, and a second object',
      `\ufeff---\n# by\thand\n${WEB}---\n${WEB.replace('web', 'api')}`.replaceAll('\n', '\r\n'),
      ['web 80', 'api 80'],
      [],
    ],
    [
      'an Application of Argo CD whose values hold a separator and a manifest',
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n  values: |\n    kind: Service\n    ---\n    a: b\n---\n${WEB}`,
      ['web 80'],
      ['Application/shop: kind is not read'],
    ],
    [
      'anchors and merges',
      'apiVersion: v1\nkind: Service\nmetadata: {name: web, labels: &l {app: web}}\nspec:\n  selector: *l\n  ports:\n  - &p {name: http, port: 80}\n  - <<: *p\n    name: alt\n    port: 8000\n',
      ['web 80 8000'],
      [
        'Service/web: Line 9, column 5: this key is there already; the last one counts, as with kubectl (and 1 more key in this document)',
      ],
    ],
    [
      'kinds of others that are called Service',
      `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: hello}\nspec: {template: {}}\n---\napiVersion: example.com/v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [any, 1]}\n---\n${WEB}`,
      ['web 80'],
      [
        'Service/hello: Service of serving.knative.dev/v1 is not read',
        'Service/web: Service of example.com/v1 is not read',
      ],
    ],
    [
      'a ServiceList in a List',
      JSON.stringify({
        kind: 'List',
        apiVersion: 'v1',
        items: [
          {
            kind: 'ServiceList',
            apiVersion: 'v1',
            items: [{ metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } }],
          },
        ],
      }),
      ['web 80'],
      [],
    ],
    [
      'a dictionary of Python',
      "{'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': 'web'}, 'spec': {'ports': [{'port': 80}]}}",
      ['web 80'],
      [],
    ],
    [
      'JSON with commas at the end',
      '{"apiVersion": "v1", "kind": "Service",\n"metadata": {"name": "web",},\n"spec": {"ports": [{"port": 80},]}}\n',
      ['web 80'],
      [],
    ],
    [
      'numbers of YAML 1.1',
      WEB.replace('port: 80', 'port: 0120\n  - {name: b, port: 8_1}').replace('- port', '- name: a\n    port'),
      ['web 80 81'],
      [],
    ],
    [
      'what kubectl edit writes in front',
      `# Please edit the object below. Lines beginning with a '#' will be ignored,\n#\n${WEB}`,
      ['web 80'],
      [],
    ],
    [
      'a cluster of kind beside it',
      `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes: [{role: control-plane}]\n---\n${WEB}`,
      ['web 80'],
      ['Cluster: kind is not read'],
    ],
    [
      'what --dry-run=client prints',
      `${WEB.replace('  name', '  creationTimestamp: null\n  name')}status:\n  loadBalancer: {}\n`,
      ['web 80'],
      [],
    ],
  ])('%s', (_name, text, services, ignored) => {
    const parsed = read(text)
    expect(
      parsed.objects.services.map(({ meta, ports }) => [meta.name, ...ports.map(({ port }) => port)].join(' ')),
    ).toEqual(services)
    expect(parsed.ignored.map(({ object, reason }) => `${object}: ${reason}`)).toEqual(ignored)
  })
})
