/** Manifests that `/try` shows at one click. The build puts their files beside the pages. */
export const EXAMPLES = [
  { id: 'toad', file: 'examples/demo/toad.yaml', text: 'A Service that is reached in every way' },
  { id: 'mistakes', file: 'examples/try/mistakes.yaml', text: 'One with mistakes' },
  { id: 'nodeport', file: 'examples/manifests/nodeport.yaml', text: 'NodePort' },
  { id: 'ingress', file: 'examples/manifests/ingress-one-host.yaml', text: 'Ingress' },
  { id: 'gateway', file: 'examples/manifests/gateway.yaml', text: 'Gateway API' },
  { id: 'pending', file: 'examples/manifests/load-balancer-pending.yaml', text: 'A load balancer without address' },
] as const
