/**
 * What to get out of a cluster for a job: the one source of the kubectl lines in messages, documentation and examples
 * (`test/docs/commands.test.ts` holds them to it).
 *
 * kubectl prints nothing at all where one of the kinds that it is asked for is not installed, and where one is
 * forbidden it prints the others and exits 1 (k8s.io/kubectl pkg/cmd/get/get.go: mapping errors come before printing,
 * those of reading after it). So what every job needs is one command, and what some rules need are others that may fail.
 *
 * @module
 */

/** In every cluster, in the namespace of the Service, and readable by the role `view`. */
export const CORE_KINDS = 'svc,endpointslices,ingress,pods'

/**
 * Each by itself: of no namespace, for NodePort and Ingress classes; for causes such as a policy or nothing that runs;
 * and what is installed by some.
 */
export const MORE_KINDS = ['nodes,ingressclasses', 'networkpolicies,deployments,statefulsets', 'httproutes'] as const

export const KUBECTL_CORE = `kubectl get ${CORE_KINDS} -o yaml`
