import { describe, expect, it } from 'vitest'
import {
  HOST,
  LABEL,
  type Mistake,
  NODE_PORT,
  PORT,
  PORT_NAME,
  refusalOf,
  remark,
  SUBDOMAIN,
  service,
  told,
} from '../../test/support/read-manifests.ts'

describe('text copied from articles', () => {
  it.each<[string, string, readonly Mistake[]]>([
    [
      'remarks with // after numbers',
      `
apiVersion: v1
kind: Service
metadata:
  name: toad-nodeport
spec:
  ports:
    -
      nodePort: 30123 // open on every node
      port: 80 // of the cluster IP
      targetPort: 8080 // of the pods
  selector:
    app: toad // the label
  type: NodePort`,
      [
        [
          'Service/toad-nodeport',
          'spec.selector.app',
          `found "toad // the label", expected at most 63 letters, digits, "-", "_" and ".", beginning and ending with a letter or digit. ${remark('toad')}`,
        ],
        [
          'Service/toad-nodeport',
          'spec.ports[0].port',
          `found "80 // of the cluster IP", expected ${PORT}. ${remark('80')}`,
        ],
        [
          'Service/toad-nodeport',
          'spec.ports[0].targetPort',
          `found "8080 // of the pods", expected ${PORT_NAME}. ${remark('8080')}`,
        ],
        [
          'Service/toad-nodeport',
          'spec.ports[0].nodePort',
          `found "30123 // open on every node", expected ${NODE_PORT}. ${remark('30123')}`,
        ],
      ],
    ],
    [
      'remarks with // after names',
      `
apiVersion: extensions/v1beta1
kind: Ingress
metadata:
  name: toad
spec:
  rules:
    -
      host: toad.example.com // the host
      http:
        paths:
          -
            backend:
              serviceName: toad  // Requests to /toad.
              servicePort: 80
            path: /toad // here`,
      [
        [
          'Ingress/toad',
          'spec.rules[0].host',
          `found "toad.example.com // the host", expected ${HOST}. ${remark('toad.example.com')}`,
        ],
        [
          'Ingress/toad',
          'spec.rules[0].http.paths[0].backend.serviceName',
          `found "toad  // Requests to /toad.", expected ${LABEL}. ${remark('toad')}`,
        ],
      ],
    ],
    [
      'a Pod of which only the spec is shown',
      'kind: Pod\nspec:\n  containers:\n    - name: toad\n      ports:\n        - containerPort: 8080\n          name: http',
      [
        ['Pod', 'apiVersion', 'missing, expected v1 for a Pod.'],
        ['Pod', 'metadata.name', `missing, expected the object's name: ${SUBDOMAIN}.`],
      ],
    ],
    [
      'a Service without metadata',
      'apiVersion: v1\nkind: Service\nspec:\n  ports:\n    - port: 80',
      [['Service', 'metadata.name', `missing, expected the object's name: ${LABEL}.`]],
    ],
    [
      'a template whose braces are in quotes',
      service('{ports: [{port: 80, targetPort: "{{ .Values.port }}"}], type: "$(TYPE)"}'),
      [
        [
          'Service/toad',
          'spec.type',
          'found "$(TYPE)", expected ClusterIP, NodePort, LoadBalancer or ExternalName. A variable is not filled in here: do so first, as with `envsubst`.',
        ],
        [
          'Service/toad',
          'spec.ports[0].targetPort',
          `found "{{ .Values.port }}", expected ${PORT_NAME}. This is an unrendered template: render it first, as with \`helm template\`.`,
        ],
      ],
    ],
  ])('names %s', (_name, text, mistakes) => {
    expect(refusalOf(text).errors).toEqual(told(mistakes))
  })
})
