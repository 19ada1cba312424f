/**
 * The kubectl commands that get the objects of a job out of a cluster. Messages, documentation and examples all have
 * them from here (`test/docs/commands.test.ts` checks that).
 *
 * kubectl prints nothing at all where one of the kinds that it is asked for is not installed, and where one is
 * forbidden it prints the others and exits 1 (k8s.io/kubectl pkg/cmd/get/get.go: mapping errors come before printing,
 * those of reading after it). So one command gets what every job needs, and further ones, which may fail, what some
 * rules need.
 *
 * @module
 */

/** These exist in every cluster, in the namespace of the Service, and the role `view` may read them. */
export const CORE_KINDS = 'svc,endpointslices,ingress,pods'

/**
 * Each is a command by itself: objects without a namespace, for NodePort and Ingress classes; objects for causes such as
 * a policy, or no pod that runs; and kinds that only some clusters have.
 */
export const MORE_KINDS = [
  'nodes,ingressclasses',
  'networkpolicies,deployments,statefulsets',
  'gateways,httproutes',
] as const

export const KUBECTL_CORE = `kubectl get ${CORE_KINDS} -o yaml`
