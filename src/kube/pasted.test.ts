import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { POINTER, read, refusalOf } from '../../test/support/read-manifests.ts'
import { ProblemError } from '../lib/problem.ts'
import { KUBECTL_CORE } from './hand-over.ts'
import { refuseWithoutService } from './no-service.ts'

const EXAMPLES = new URL('../../examples/manifests/', import.meta.url)
const TRIALS = new URL('../../test/fixtures/trials/pasted/', import.meta.url)
const trial = (name: string) => readFileSync(new URL(name, TRIALS), 'utf8')

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: toad-svc\nspec:\n  ports:\n  - port: 80\n'
const lines = (text: string) => text.trimEnd().split('\n')
const TABLE = `This is a table, as kubectl get prints it. Ask for objects: ${KUBECTL_CORE}.`
const FILE_NAME = 'This is the name of a file, not what is in it. curl sends the content with --data-binary @FILE.'
const message = (line: number, reason = '') =>
  `Line ${line} is a message of kubectl or the shell${reason}, not an object. ` +
  `Fix what it says, then send what ${KUBECTL_CORE} prints, without its errors (no 2>&1).`
const PROMPT = 'Line 1 begins with a shell prompt. Send what the command prints, not the command.'
const odd = (line: number, name: string) =>
  `Line ${line} holds ${name} where a space should be. Replace it by a plain space.`
const NUMBERS = 'There are line numbers in front of the lines. Leave them out.'

describe('pasted text is refused with what it looks like and what to send', () => {
  it.each<[string, string, string]>([
    [
      'kubectl describe (trials)',
      trial('describe.txt'),
      `This is what kubectl describe prints. Send objects: ${KUBECTL_CORE}.`,
    ],
    [
      'a Markdown fence (trials)',
      trial('markdown-fence.md'),
      'Line 1 is a Markdown code fence. Send only what stands between the fences.',
    ],
    [
      'a fence with prose around',
      `Here it is:\n\n~~~\n${SERVICE}~~~\nIt fails.`,
      'Line 3 is a Markdown code fence. Send only what stands between the fences.',
    ],
    ['a no-break space in the indentation (trials)', trial('nbsp.yaml'), odd(4, 'a no-break space (U+00A0)')],
    [
      'an ideographic space in the indentation',
      SERVICE.replace('  name', '\u3000name'),
      odd(4, 'an ideographic space (U+3000)'),
    ],
    ['a no-break space behind a colon', SERVICE.replace('name: ', 'name:\u00a0'), odd(4, 'a no-break space (U+00A0)')],
    [
      'a zero-width space in front of a key',
      SERVICE.replace('metadata', '\u200bmetadata'),
      odd(3, 'a zero-width space (U+200B)'),
    ],
    ['a shell prompt (trials)', trial('prompt.txt'), PROMPT],
    ['a prompt of PowerShell', `PS C:\\toad> kubectl get svc toad -o yaml\n${SERVICE}`, PROMPT],
    ['a prompt with user and host', `me@pond:~/toad$ kubectl get svc -o yaml\n${SERVICE}`, PROMPT],
    [
      'a command without a prompt',
      `kubectl get svc -o yaml\n${SERVICE}`,
      'Line 1 is a command (kubectl). Send what it prints, not the command.',
    ],
    ['a here-document', `${SERVICE}EOF\n`, 'Line 8 is the end of a here-document (EOF). Leave it out.'],
    [
      'a table',
      'NAME   TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)   AGE\ntoad   ClusterIP   10.96.30.80   <none>        80/TCP    5d\n',
      TABLE,
    ],
    [
      'a wide table of all namespaces',
      'NAMESPACE   NAME   TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)   AGE   SELECTOR\npond        toad   ClusterIP   10.96.30.80   <none>        80/TCP    5d    app=toad\n',
      TABLE,
    ],
    [
      'a table of pods',
      'NAME         READY   STATUS    RESTARTS   AGE\ntoad-xueq1   1/1     Running   0          5d\n',
      TABLE,
    ],
    ['a table without its head', 'toad   ClusterIP   10.96.30.80   <none>   80/TCP   5d\n', TABLE],
    [
      'names',
      'service/toad\npod/toad-xueq1\n',
      `These are names, as kubectl get -o name prints them. Ask for the objects: ${KUBECTL_CORE}.`,
    ],
    ['an error of the server', 'Error from server (NotFound): services "toad" not found\n', message(1, ' (NotFound)')],
    [
      'an error behind objects',
      `${SERVICE}---\nError from server (Forbidden): nodes is forbidden\n`,
      message(9, ' (Forbidden)'),
    ],
    ['nothing found', 'No resources found in pond namespace.\n', message(1)],
    [
      'no server',
      'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?\n',
      message(1),
    ],
    ['an unknown kind', 'error: the server doesn\'t have a resource type "svcc"\n', message(1)],
    ['no kubectl', 'bash: kubectl: command not found\n', message(1)],
    [
      'line breaks lost by curl -d',
      lines(SERVICE).join(''),
      'The line breaks are lost: curl -d @FILE removes them. Use --data-binary @FILE.',
    ],
    [
      'line breaks lost by curl -d behind a comment, which makes all of it a comment',
      `# The toad.${lines(SERVICE).join('')}`,
      'The line breaks are lost: curl -d @FILE removes them. Use --data-binary @FILE.',
    ],
    [
      'line breaks lost behind a separator and a comment',
      `---# The toad.${lines(SERVICE.replace(/(apiVersion.*\n)(kind.*\n)/, '$2$1')).join('')}`,
      'The line breaks are lost: curl -d @FILE removes them. Use --data-binary @FILE.',
    ],
    [
      'line breaks written as \\n',
      SERVICE.replaceAll('\n', '\\n'),
      'The line breaks are written as \\n, as within JSON. Send the text itself, with real line breaks.',
    ],
    [
      'HTML',
      '<!DOCTYPE html>\n<html><body>Sign in</body></html>',
      'This is an HTML page, perhaps a sign-in or an error page. Send the manifest itself, as YAML or JSON.',
    ],
    ['XML', '<?xml version="1.0"?><a/>', 'This looks like HTML or XML. Send the manifest itself, as YAML or JSON.'],
    [
      'JSON with a remark',
      '{\n  // the one\n  "kind": "Service"\n}',
      'JSON has no comments: leave out what begins with //.',
    ],
    [
      'JSON with a long remark',
      '{"kind": "Service", /* the one */ "metadata": {}}',
      'JSON has no comments: leave out what begins with /*.',
    ],
    [
      'helm install',
      `NAME: toad\nLAST DEPLOYED: Mon\nSTATUS: deployed\nMANIFEST:\n---\n${SERVICE}\nNOTES:\n1. Done.\n`,
      'Line 2 is of what helm prints about a release. Send what `helm template` or `helm get manifest` prints.',
    ],
    [
      'Terraform',
      'resource "kubernetes_service" "toad" {\n  metadata {\n    name = "toad"\n  }\n}\n',
      'This is Terraform. Send the objects that it made: kubectl get … -o yaml.',
    ],
    [
      'Docker Compose',
      'services:\n  toad:\n    image: toad\n',
      'This is a file of Docker Compose. Send the Kubernetes objects, as `kompose convert` makes them.',
    ],
    ['a Dockerfile', 'FROM node:24\nRUN npm ci\n', 'This is a Dockerfile. Send Kubernetes objects, as YAML or JSON.'],
    [
      'a kustomization',
      'resources:\n- svc.yaml\n',
      'This is a kustomization. Send what it makes: kubectl kustomize FOLDER.',
    ],
    [
      'values of a chart',
      'replicaCount: 1\nimage:\n  tag: x\n',
      'These are the values of a Helm chart. Send what `helm template` prints.',
    ],
    [
      'a typographic quote',
      'apiVersion: v1\nkind: \u201cService\u201d\nmetadata: {name: toad}\n',
      'Line 2 holds a typographic quote (U+201C), as word processors write it. Use " or \'.',
    ],
    [
      'a difference',
      'diff --git a/svc.yaml b/svc.yaml\n--- a/svc.yaml\n+++ b/svc.yaml\n@@ -1 +1 @@\n-kind: Pod\n+kind: Service\n',
      'Line 1 is of a difference (diff). Send the file itself, without the + and - in front.',
    ],
    [
      'added lines',
      SERVICE.replace(/^(?=.)/gm, '+'),
      'Line 1 is of a difference (diff). Send the file itself, without the + and - in front.',
    ],
    [
      'line numbers',
      lines(SERVICE)
        .map((line, at) => `${at + 1}  ${line}`)
        .join('\n'),
      NUMBERS,
    ],
    [
      'line numbers with colons',
      lines(SERVICE)
        .map((line, at) => `${String(at + 1).padStart(4)}: ${line}`)
        .join('\n'),
      NUMBERS,
    ],
    ['Base64', btoa(SERVICE), 'This looks like Base64. Decode it first: base64 -d.'],
    ['a file name with @', '@svc.yaml', FILE_NAME],
    ['a file name', 'manifests/svc.yaml\n', FILE_NAME],
    [
      'a URL',
      'https://example.com/svc.yaml',
      'This is a URL, and it is not fetched. Send what it leads to: curl -s URL | curl --data-binary @- ….',
    ],
    [
      'a form',
      `------toad\r\nContent-Disposition: form-data; name="f"\r\n\r\n${SERVICE}`,
      'This is a form, as curl -F sends it. Send the file itself: --data-binary @FILE.',
    ],
    [
      'URL encoding',
      encodeURIComponent(SERVICE),
      'This is encoded for a URL. Send the text as it is: --data-binary @FILE.',
    ],
    [
      'a map of Go',
      'map[apiVersion:v1 kind:Service]',
      'This is a value as Go prints it. Ask kubectl for -o yaml or -o json instead of a template.',
    ],
    [
      'a value of Go',
      '&Service{ObjectMeta:{web  default    0 UTC map[] map[] [] [] []},Spec:ServiceSpec{},}',
      'This is a value as Go prints it. Ask kubectl for -o yaml or -o json instead of a template.',
    ],
    [
      'what curl -v prints',
      '* Connected to web (10.0.0.1) port 80\n> GET / HTTP/1.1\n>\n< HTTP/1.1 503 Service Unavailable\n',
      'Line 1 is of an exchange of HTTP, as curl -v and -i print it. Send the manifest alone: curl -sS.',
    ],
    [
      'what curl -i prints',
      `HTTP/1.1 200 OK\r\ncontent-type: application/yaml\r\n\r\n${SERVICE}`,
      'Line 1 is of an exchange of HTTP, as curl -v and -i print it. Send the manifest alone: curl -sS.',
    ],
    [
      'colours',
      SERVICE.replace('kind', '\u001b[94mkind\u001b[0m'),
      'Line 2 holds the colours of a terminal. Leave them out: NO_COLOR=1, --color=never or --plain.',
    ],
    [
      'a quotation in a mail',
      SERVICE.replace(/^/gm, '> '),
      'Line 1 begins with ">", as in a quotation. Send the text without it.',
    ],
    ['a table of events', 'LAST SEEN   TYPE      REASON      OBJECT\n2m          Warning   Unhealthy   pod/a\n', TABLE],
    [
      'a table of Docker',
      'CONTAINER ID   IMAGE   COMMAND\n0a1b   nginx   "x"\n',
      `This is a table of containers or images. Send Kubernetes objects: ${KUBECTL_CORE}.`,
    ],
    [
      'what kubectl apply prints',
      'namespace/pond unchanged\nservice/toad created\ndeployment.apps/toad configured\n',
      `Line 1 is what kubectl says about a change, not an object. Ask for the objects: ${KUBECTL_CORE}.`,
    ],
    [
      'what kubectl delete prints',
      'service "toad" deleted\n',
      `Line 1 is what kubectl says about a change, not an object. Ask for the objects: ${KUBECTL_CORE}.`,
    ],
    [
      'the environment of a pod',
      'PATH=/bin\nTOAD_SERVICE_HOST=10.96.0.7\nTOAD_SERVICE_PORT=80\n',
      `These are variables of a pod, which addresses.environment takes. Send objects as well: ${KUBECTL_CORE}.`,
    ],
    [
      'an address',
      '10.96.0.7',
      `This is an address alone, as a template or jsonpath prints it. Ask for the objects: ${KUBECTL_CORE}.`,
    ],
    [
      'kubectl explain',
      'KIND:       Service\nVERSION:    v1\n\nDESCRIPTION:\n    Service is a named abstraction\n',
      `This is what kubectl explain prints: what an object may hold. Send objects: ${KUBECTL_CORE}.`,
    ],
    [
      'kubectl version',
      'Client Version: v1.34.0\nKustomize Version: v5.4.2\n',
      `Line 1 is what kubectl says about a cluster, not an object. Send objects: ${KUBECTL_CORE}.`,
    ],
    [
      'a plan of Terraform',
      '  # kubernetes_service.web will be created\n  + resource "kubernetes_service" "web" {\n      + id = (known after apply)\n    }\n',
      'This is Terraform. Send the objects that it made: kubectl get … -o yaml.',
    ],
    [
      'RTF',
      '{\\rtf1\\ansi\n{\\fonttbl\\f0 Helvetica;}\n\\f0 apiVersion: v1\\\nkind: Service}\n',
      'This is RTF, as a word processor saves it. Save it as plain text first.',
    ],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
      'Line 1 begins a certificate or a key (PEM); keys should go nowhere. Send the manifest itself.',
    ],
    [
      'a merge conflict',
      `${SERVICE}<<<<<<< HEAD\n  type: NodePort\n=======\n  type: LoadBalancer\n>>>>>>> branch\n`,
      'Line 8 is the mark of a merge conflict. Settle it first: one side may stay, the marks may not.',
    ],
    [
      'a request in JSON under the type of YAML',
      JSON.stringify({ target: { manifests: [SERVICE] } }),
      "This looks like a request in JSON, with manifests in it. Send it with -H 'content-type: application/json'.",
    ],
    [
      'the log of a web server',
      '10.42.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 612\n',
      `Line 1 is of a log. Send objects, as YAML or JSON: ${KUBECTL_CORE}.`,
    ],
    ['an error of curl', 'curl: (7) Failed to connect to 10.0.0.1 port 80: Connection refused\n', message(1)],
    ['an error of helm', 'Error: INSTALLATION FAILED: cannot re-use a name that is still in use\n', message(1)],
    [
      'a playbook',
      '- hosts: all\n  tasks:\n  - name: web\n    kubernetes.core.k8s: {definition: {}}\n',
      `This is a playbook of Ansible. Send the objects that it made: ${KUBECTL_CORE}.`,
    ],
    [
      'short values of a chart',
      'image:\n  repository: nginx\nservice:\n  type: ClusterIP\n  port: 80\n',
      'These are the values of a Helm chart. Send what `helm template` prints.',
    ],
  ])('%s', (_name, text, detail) => {
    const { status, detail: told } = refusalOf(text)
    expect({ status, detail: told.replace(/ \(Line \d+, column \d+: .*\)$/s, '') }).toEqual({ status: 400, detail })
  })

  it('a spec that slipped under metadata is named by its place (trials: indent.yaml)', () => {
    const { status, errors } = refusalOf(trial('indent.yaml'))
    expect({ status, errors }).toEqual({
      status: 422,
      errors: [
        {
          pointer: POINTER,
          document: 1,
          object: 'Service/toad-svc',
          field: 'metadata.spec',
          detail: 'found spec at metadata.spec, expected it at the top level. Check the indentation.',
        },
      ],
    })
  })

  it('a brace that is not closed is named by its line (trials: truncated.yaml)', () => {
    expect(refusalOf(trial('truncated.yaml')).detail).toBe(
      "Line 9, column 1: did not find expected ',' or '}' in a mapping in braces that begins in line 8. " +
        'Close it with "}", or put a comma between what is in it.',
    )
  })
})

describe('objects that can be read and hold no Service', () => {
  it.each<[string, string, string]>([
    [
      'an empty List',
      'apiVersion: v1\nkind: List\nitems: []\n',
      'The List is empty (0 objects): kubectl found none. Is the namespace (-n) the right one, and the name or label?',
    ],
    [
      'a kubeconfig',
      'apiVersion: v1\nkind: Config\nusers: [{name: me, user: {token: hunter2}}]\n',
      `This is a kubeconfig: it tells how to reach a cluster, holds credentials, and should go nowhere. Send what ${KUBECTL_CORE} prints.`,
    ],
    [
      'a Secret alone',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: toad}\nstringData: {password: hunter2}\n',
      `There are Secrets alone, which are never read. Send what ${KUBECTL_CORE} prints.`,
    ],
    [
      'a kustomization',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n',
      'This is a kustomization. Send what it makes: kubectl kustomize FOLDER.',
    ],
    [
      'other objects',
      'kind: ConfigMap\n---\nkind: ConfigMap\n---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: toad}\n',
      'Found instead: 1 Endpoints, 2 ConfigMap. Add the Service that is meant.',
    ],
  ])('%s', (_name, text, detail) => {
    const problem = thrownBy(() => refuseWithoutService(read(text), POINTER))
    expect([problem.status, problem.detail]).toEqual([422, `There is no Service among the objects. ${detail}`])
    expect(JSON.stringify(problem)).not.toContain('hunter2')
  })
})

describe('what can be read', () => {
  const REMARKS = [
    '```yaml',
    '$ kubectl get svc',
    'Error from server (NotFound): x',
    'NAME TYPE',
    'Name: toad',
    'NOTES:',
    '@@ -1 +1 @@',
    'EOF',
    'resource "a" "b" {',
    'https://example.com/',
    '\u00a0',
    '\u201cquoted\u201d',
    '<html>',
    '// remark',
    'PS C:\\> dir',
  ]
  const manifests = readdirSync(EXAMPLES)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(new URL(name, EXAMPLES), 'utf8'))

  it('is never refused for what it looks like: in comments, in texts, in objects that are not read', () => {
    const remark = fc.constantFrom(...REMARKS)
    fc.assert(
      fc.property(fc.constantFrom(...manifests), remark, remark, (manifest, first, second) => {
        const note = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'note' },
          data: { text: `${second}\n${first}` },
        }
        const text = `# ${first}\n${manifest}\n---\n# ${second}\n${JSON.stringify(note)}\n`
        expect(read(text).objects).toEqual(read(manifest).objects)
      }),
    )
  })
})

function thrownBy(work: () => void): ProblemError {
  try {
    work()
  } catch (error) {
    if (error instanceof ProblemError) {
      return error
    }
    throw error
  }
  throw new Error('was taken')
}
