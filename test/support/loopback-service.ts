/** Manifests of a Service of type LoadBalancer, whose balancer is this machine: what listens there can be reached. */
export const loopbackService = (
  port: number,
  { name = 'toad-svc', namespace = 'shop', labels = {} as Record<string, string> } = {},
): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels },
    spec: {
      type: 'LoadBalancer',
      clusterIP: '10.96.7.7',
      clusterIPs: ['10.96.7.7'],
      ports: [{ name: 'http', port, targetPort: 8080, protocol: 'TCP' }],
    },
    status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
  })
