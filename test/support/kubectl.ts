/**
 * A `kubectl` for the examples: `get KINDS -o yaml` of what a test hands to it. There is no cluster here; the script
 * does what the real one does (k8s.io/kubectl pkg/cmd/get/get.go, cli-runtime resource/builder.go):
 *
 * - a kind that is not installed ends it before anything is printed, with exit code 1;
 * - a kind that may not be listed is told on stderr by the server's own message, the others are printed as one List
 *   (an empty one, where none is left), and the exit code is 1.
 *
 * What the server says is recorded from a kube-apiserver v1.37.2 (`test/fixtures/kubectl/refusals.json`).
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Refusal = { path: string; status: number; body?: { message: string } }

const REFUSALS: readonly Refusal[] = JSON.parse(
  readFileSync(new URL('../fixtures/kubectl/refusals.json', import.meta.url), 'utf8'),
)

/** Objects of a kind, by the name that the line asks for; 403: it may not be listed, 404: it is not installed. */
export type Cluster = Readonly<Record<string, readonly unknown[] | 403 | 404>>

const PLURALS: Readonly<Record<string, string>> = { svc: 'services', ingress: 'ingresses' }

const SCRIPT = `#!/bin/sh
kinds= here=$(dirname "$0")/kinds
while [ $# -gt 0 ]; do
  case $1 in
    get) kinds=$2; shift ;;
    -n | -o) shift ;;
    *) echo "error: unknown argument $1" >&2; exit 1 ;;
  esac
  shift
done
for kind in $(echo "$kinds" | tr , ' '); do
  [ ! -e "$here/$kind.404" ] || { echo "error: the server doesn't have a resource type \\"$kind\\"" >&2; exit 1; }
done
code=0 items=
for kind in $(echo "$kinds" | tr , ' '); do
  if [ -e "$here/$kind.403" ]; then
    echo "Error from server (Forbidden): $(cat "$here/$kind.403")" >&2
    code=1
  elif [ -s "$here/$kind" ]; then items="$items$(cat "$here/$kind")
"; fi
done
printf 'apiVersion: v1\\n'
if [ -n "$items" ]; then printf 'items:\\n%s' "$items"; else printf 'items: []\\n'; fi
printf 'kind: List\\nmetadata:\\n  resourceVersion: ""\\n'
exit $code
`

/** Puts it into `folder`, which belongs into PATH. What a cluster does not name is installed, readable and empty. */
export function writeKubectl(folder: string, cluster: Cluster): void {
  const kinds = join(folder, 'kinds')
  mkdirSync(kinds, { recursive: true })
  for (const [kind, found] of Object.entries(cluster)) {
    if (found === 404) {
      writeFileSync(join(kinds, `${kind}.404`), '')
    } else if (found === 403) {
      writeFileSync(join(kinds, `${kind}.403`), recorded(kind))
    } else {
      writeFileSync(join(kinds, kind), found.map((object) => `- ${JSON.stringify(object)}\n`).join(''))
    }
  }
  writeFileSync(join(folder, 'kubectl'), SCRIPT, { mode: 0o755 })
}

function recorded(kind: string): string {
  const plural = PLURALS[kind] ?? kind
  const refusal = REFUSALS.find(({ path, status }) => status === 403 && path.endsWith(`/${plural}`))
  if (refusal?.body === undefined) {
    throw new Error(`no answer of a server is recorded for ${kind}`)
  }
  return refusal.body.message
}
