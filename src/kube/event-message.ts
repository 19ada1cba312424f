/**
 * Keeps out of the messages of events what a container or a person may have written there: what a probe's command
 * printed, the queries of URLs and the passwords in them. What Kubernetes itself says stays.
 *
 * @module
 */

const NOT_KEPT = '[what it printed is not kept]'

/** The kubelet's own words for a probe that failed (pkg/probe/http, tcp, grpc, and prober_manager); all else was printed. */
const OWN_WORDS: readonly RegExp[] = [
  /^HTTP probe failed with statuscode: \d{3}$/,
  /^(Get|Head) "[^"\s]*": [\w .:,[\]()%/-]{1,200}( \(Client\.Timeout exceeded while awaiting headers\))?$/,
  /^dial tcp [\w .:,[\]()%/-]{1,200}$/,
  /^timeout: (failed to connect service|health rpc did not complete) [^\n]{1,200}$/,
  /^(error: )?service unhealthy \(responded with "[A-Z_]+"\)$/,
  /^error: this server does not implement the grpc health protocol[^\n]{0,200}$/,
]

const OF_PROBE = /^((?:Readiness|Liveness|Startup) probe [a-z ]+: )(.*)$/s

/** The command of a hook, and then what it printed (pkg/kubelet/lifecycle/handlers). */
const OF_HOOK = /^(Exec lifecycle hook|HTTP lifecycle hook|PostStartHook failed|PreStopHook failed).+$/s

/** A URL up to where its query or its credentials begin. */
const CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^/\s"'@]*@/gi
const QUERY = /\b([a-z][a-z0-9+.-]*:\/\/[^\s"'?]*)\?[^\s"']*/gi

export function cleanMessage(message: string): string {
  const plain = message.replace(CREDENTIALS, '$1').replace(QUERY, '$1?…')
  const hook = OF_HOOK.exec(plain)
  if (hook !== null) {
    return `${hook[1]}: ${NOT_KEPT}`
  }
  const probe = OF_PROBE.exec(plain)
  if (probe === null) {
    return plain
  }
  const [, said = '', why = ''] = probe
  return OWN_WORDS.some((words) => words.test(why.trim())) ? `${said}${why.trim()}` : `${said}${NOT_KEPT}`
}
