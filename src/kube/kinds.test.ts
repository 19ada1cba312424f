import { describe, expect, it } from 'vitest'
import { BOOLEAN, LABEL, type Mistake, POINTER, refusalOf, service, told } from '../../test/support/read-manifests.ts'
import type { ProblemDetail } from '../lib/problem.ts'

describe('what an object is', () => {
  it.each<[string, string, readonly Mistake[]]>([
    [
      'no kind: the shape tells which',
      '{metadata: {name: toad}, spec: {ports: [{port: 80}], selector: {app: toad}}}',
      [
        [
          'Service/toad',
          'kind',
          'missing, expected the kind of the object: this looks like a Service (kind: Service, apiVersion: v1).',
        ],
        ['Service/toad', 'apiVersion', 'missing, expected v1 for a Service.'],
      ],
    ],
    [
      'no kind of an Ingress',
      '{apiVersion: networking.k8s.io/v1, metadata: {name: toad}, spec: {defaultBackend: {service: {name: a, port: {name: http}}}}}',
      [
        [
          'Ingress/toad',
          'kind',
          'missing, expected the kind of the object: this looks like an Ingress (kind: Ingress, apiVersion: networking.k8s.io/v1).',
        ],
      ],
    ],
    [
      'a kind in lower case',
      '{apiVersion: v1, kind: service}',
      [['service', 'kind', 'found "service", expected the kind of a Kubernetes object. Did you mean Service?']],
    ],
    [
      'a kind with a slip',
      '{apiVersion: networking.k8s.io/v1, kind: Igress, metadata: {name: a}}',
      [['Igress/a', 'kind', 'found "Igress", expected the kind of a Kubernetes object. Did you mean Ingress?']],
    ],
    [
      'no apiVersion',
      '{kind: Node, metadata: {name: node-1}}',
      [['Node/node-1', 'apiVersion', 'missing, expected v1 for a Node.']],
    ],
    [
      'the apiVersion of another kind',
      '{apiVersion: v1, kind: Ingress, metadata: {name: toad}, spec: {backend: {serviceName: a, servicePort: 80}}}',
      [
        [
          'Ingress/toad',
          'apiVersion',
          'found "v1", expected networking.k8s.io/v1, networking.k8s.io/v1beta1 or extensions/v1beta1 for an Ingress.',
        ],
      ],
    ],
    [
      'a Service of extensions/v1beta1',
      '{apiVersion: extensions/v1beta1, kind: Service, metadata: {name: toad}, spec: {ports: [{port: 80}]}}',
      [['Service/toad', 'apiVersion', 'found "extensions/v1beta1", expected v1 for a Service.']],
    ],
    [
      'a name that the cluster would make',
      '{apiVersion: v1, kind: Service, metadata: {generateName: toad-}, spec: {ports: [{port: 80}]}}',
      [
        [
          'Service',
          'metadata.name',
          "missing, expected the object's name: generateName alone leaves the name to the cluster.",
        ],
      ],
    ],
    [
      'a name that Kubernetes does not take',
      '{apiVersion: v1, kind: Service, metadata: {name: Toad_Svc, namespace: My.Space}, spec: {ports: [{port: 80}]}}',
      [
        ['Service/Toad_Svc', 'metadata.name', `found "Toad_Svc", expected ${LABEL}. Did you mean "toad-svc"?`],
        ['Service/Toad_Svc', 'metadata.namespace', `found "My.Space", expected ${LABEL}. Did you mean "my-space"?`],
      ],
    ],
    [
      'labels that are not text',
      '{apiVersion: v1, kind: Pod, metadata: {name: toad, labels: {version: 1.2, canary: yes, "a b": c}}, spec: {containers: [{name: a}]}}',
      [
        [
          'Pod/toad',
          'metadata.labels.version',
          'found the number 1.2, expected text. Put it in quotes to make it text.',
        ],
        ['Pod/toad', 'metadata.labels.canary', `found the boolean true, expected text. ${BOOLEAN}`],
        [
          'Pod/toad',
          'metadata.labels["a b"]',
          'found the key "a b", expected a name of at most 63 letters, digits, "-", "_" and ".", with or without a DNS name and "/" before it.',
        ],
      ],
    ],
    [
      'an annotation that is not text',
      '{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: nginx, annotations: {ingressclass.kubernetes.io/is-default-class: true}}, spec: {controller: example.com/a}}',
      [
        [
          'IngressClass/nginx',
          'metadata.annotations["ingressclass.kubernetes.io/is-default-class"]',
          `found the boolean true, expected text. ${BOOLEAN}`,
        ],
      ],
    ],
    [
      'an instant that is none',
      '{apiVersion: v1, kind: Node, metadata: {name: a, creationTimestamp: yesterday}}',
      [
        [
          'Node/a',
          'metadata.creationTimestamp',
          'found "yesterday", expected an instant, like 2026-05-30T12:00:00Z (RFC 3339).',
        ],
      ],
    ],
  ])('names %s', (_name, text, mistakes) => {
    expect(refusalOf(text).errors).toEqual(told(mistakes))
  })

  it.each<[string, string, ProblemDetail]>([
    [
      'text',
      'a\n---\nhello',
      {
        pointer: POINTER,
        document: 1,
        detail: 'found "a", expected a Kubernetes object (apiVersion, kind, metadata, …).',
      },
    ],
    [
      'a number',
      '42',
      {
        pointer: POINTER,
        document: 1,
        detail: 'found the number 42, expected a Kubernetes object (apiVersion, kind, metadata, …).',
      },
    ],
    [
      'of no known shape',
      'tadpoles: 2',
      {
        pointer: POINTER,
        document: 1,
        field: 'kind',
        detail: 'missing, expected the kind of the object, like Service.',
      },
    ],
    [
      'an answer of the API server',
      'apiVersion: v1\nkind: Status\nstatus: Failure\nreason: NotFound',
      {
        pointer: POINTER,
        document: 1,
        object: 'Status',
        detail: 'found an answer of the API server (kind Status), expected an object. Was the request refused?',
      },
    ],
  ])('refuses a document that is %s', (_name, text, error) => {
    expect(refusalOf(text).errors[0]).toEqual(error)
  })
})

describe('indentation', () => {
  it.each<[string, string, readonly Mistake[]]>([
    [
      'ports under metadata',
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: toad\n  ports:\n    - port: 80\nspec:\n  selector:\n    app: toad',
      [
        [
          'Service/toad',
          'metadata.ports',
          'found ports under metadata, expected it under spec. Check the indentation.',
        ],
        [
          'Service/toad',
          'spec.ports',
          'missing, expected a list with at least one port: [{port: 80, targetPort: 8080}].',
        ],
      ],
    ],
    [
      'a selector beside the spec',
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: toad\nspec:\n  ports:\n    - port: 80\nselector:\n  app: toad',
      [['Service/toad', 'selector', 'found selector at the top level, expected it under spec. Check the indentation.']],
    ],
    [
      'subsets under metadata',
      'apiVersion: v1\nkind: Endpoints\nmetadata:\n  name: toad\n  subsets: []',
      [
        [
          'Endpoints/toad',
          'metadata.subsets',
          'found subsets under metadata, expected it at the top level. Check the indentation.',
        ],
      ],
    ],
    [
      'a mapping where a list belongs, and the other way round',
      service('{ports: {port: 80}, selector: [{app: toad}]}'),
      [
        ['Service/toad', 'spec.selector', 'found a list, expected a mapping. Leave out the "- ".'],
        ['Service/toad', 'spec.ports', 'found a mapping, expected a list. Begin each item with "- ".'],
      ],
    ],
    ['a spec that is text', service('ports'), [['Service/toad', 'spec', 'found "ports", expected a mapping.']]],
  ])('names %s', (_name, text, mistakes) => {
    expect(refusalOf(text).errors).toEqual(told(mistakes))
  })
})
