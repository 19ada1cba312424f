/**
 * Texts that people send by mistake: the sign that gives each away, and what to send instead. Nothing of the text is
 * repeated but a line's number and a word that is no secret.
 *
 * @module
 */
import { KUBECTL_CORE } from './hand-over.ts'

export type Row = {
  name: string
  /** It is looked for at the beginning of the text. */
  sign: RegExp
  /** Tells whether the sign still holds for the whole text. */
  unless?: RegExp
  /** @param line of the sign. */
  tell: (line: number, match: RegExpExecArray) => string
}

const always = (text: string) => (): string => text

/** The first that fits is reported: certain ones stand before likely ones. */
export const ROWS: readonly Row[] = [
  {
    name: 'a form',
    sign: /^--[-\w]{4,}\r?\nContent-Disposition:/i,
    tell: always('This is a form, as curl -F sends it. Send the file itself: --data-binary @FILE.'),
  },
  {
    name: 'URL encoding',
    sign: /apiVersion(%3A|=)[^\n]*kind/i,
    tell: always('This is encoded for a URL. Send the text as it is: --data-binary @FILE.'),
  },
  {
    name: 'an exchange of HTTP',
    sign: /^(?:HTTP\/[\d.]+ \d{3}|[<>] (?:HTTP\/|GET |POST )|\* (?:Trying|Connected|Host|Could not resolve) )/m,
    tell: (line) =>
      `Line ${line} is of an exchange of HTTP, as curl -v and -i print it. Send the manifest alone: curl -sS.`,
  },
  {
    name: 'colours of a terminal',
    sign: /\p{Cc}\[\d{1,3}(?:;\d+)*m/u,
    tell: (line) =>
      `Line ${line} holds the colours of a terminal. Leave them out: NO_COLOR=1, --color=never or --plain.`,
  },
  {
    name: 'RTF',
    sign: /^\{\\rtf/,
    tell: always('This is RTF, as a word processor saves it. Save it as plain text first.'),
  },
  {
    name: 'a certificate or key',
    sign: /^-----BEGIN [A-Z ]+-----/m,
    tell: (line) =>
      `Line ${line} begins a certificate or a key (PEM); keys should go nowhere. Send the manifest itself.`,
  },
  {
    name: 'a merge conflict',
    sign: /^(?:<{7}|>{7}) /m,
    tell: (line) =>
      `Line ${line} is the mark of a merge conflict. Settle it first: one side may stay, the marks may not.`,
  },
  {
    name: 'the request of a job',
    sign: /^\s*\{\s*"(?:target|checks|paths|addresses|samples|labels|expect)"\s*:/,
    tell: always(
      "This looks like a request in JSON, with manifests in it. Send it with -H 'content-type: application/json'.",
    ),
  },
  {
    name: 'a page of HTML',
    sign: /^\s*<(!doctype html|html|head|body)\b/i,
    tell: always(
      'This is an HTML page, perhaps a sign-in or an error page. Send the manifest itself, as YAML or JSON.',
    ),
  },
  {
    name: 'XML',
    sign: /^\s*<[?!a-z]/i,
    tell: always('This looks like HTML or XML. Send the manifest itself, as YAML or JSON.'),
  },
  {
    name: 'a Markdown fence',
    sign: /^[ \t>]*(```|~~~)/m,
    tell: (line) => `Line ${line} is a Markdown code fence. Send only what stands between the fences.`,
  },
  {
    name: 'a quotation',
    sign: /^[ \t]*(?:>[ \t]*)+(?:- )?(?:apiVersion|kind|metadata|spec|items):/m,
    tell: (line) => `Line ${line} begins with ">", as in a quotation. Send the text without it.`,
  },
  {
    name: 'an error of kubectl',
    sign: /^(?:Error from server(?: \((\w+)\))?|error: |No resources found|The connection to the server|Unable to connect to the server|Unable to use a TTY|You must be logged in|Error: |curl: \(\d+\) |Traceback \(most recent call last\)|bash: |zsh: |sh: \d+: |-bash: )/m,
    tell: (line, [, reason]) =>
      `Line ${line} is a message of kubectl or the shell${reason === undefined ? '' : ` (${reason})`}, not an object. ` +
      `Fix what it says, then send what ${KUBECTL_CORE} prints, without its errors (no 2>&1).`,
  },
  {
    name: 'what kubectl says of a cluster',
    sign: /^(?:(?:Client|Server) Version: |clientVersion:|Kubernetes (?:control plane|master) is running at )/m,
    tell: (line) => `Line ${line} is what kubectl says about a cluster, not an object. Send objects: ${KUBECTL_CORE}.`,
  },
  {
    name: 'a log',
    sign: /^(?:\d{1,3}(?:\.\d{1,3}){3} - \S+ \[|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S* \S|\{"(?:level|ts|time|timestamp)":)/m,
    tell: (line) => `Line ${line} is of a log. Send objects, as YAML or JSON: ${KUBECTL_CORE}.`,
  },
  {
    name: 'a log line of kubectl',
    sign: /^(?:[EWI]\d{4} \d\d:\d\d:\d\d\.\d+ |Warning: )/m,
    tell: (line) => `Line ${line} is a message of kubectl's, not an object. Send what it prints without it (no 2>&1).`,
  },
  {
    name: 'kubectl describe',
    sign: /^Name:[ \t]+\S+[ \t]*\r?\n(?:[A-Z][\w ]*:.*\r?\n)*?(?:Namespace|Labels|Roles|Annotations|Selector|Address):/m,
    tell: always(`This is what kubectl describe prints. Send objects: ${KUBECTL_CORE}.`),
  },
  {
    name: 'a table of kubectl get',
    sign: /^(?:NAMESPACE[ \t]+)?(?:NAME|LAST SEEN|CURRENT)[ \t]+[A-Z][A-Z()/ -]+|^\S+[ \t]+(?:ClusterIP|NodePort|LoadBalancer|ExternalName)[ \t]+\S+[ \t]+\S+[ \t]+\S+/m,
    unless: /^(apiVersion|kind):/m,
    tell: always(`This is a table, as kubectl get prints it. Ask for objects: ${KUBECTL_CORE}.`),
  },
  {
    name: 'a table of containers',
    sign: /^(?:CONTAINER(?: ID)?|REPOSITORY)[ \t]+[A-Z]/m,
    tell: always(`This is a table of containers or images. Send Kubernetes objects: ${KUBECTL_CORE}.`),
  },
  {
    name: 'names of objects',
    sign: /^(?:service|pod|endpoints|node|ingress|deployment)(?:\.[\w.]+)?\/[\w.-]+(?:\s+[\w.]+\/[\w.-]+)*\s*$/,
    tell: always(`These are names, as kubectl get -o name prints them. Ask for the objects: ${KUBECTL_CORE}.`),
  },
  {
    name: 'what kubectl says of a change',
    sign: /^[a-z]+(?:\.[\w.-]+)?(?:\/[\w.-]+| "[\w.-]+") (?:created|configured|unchanged|deleted|patched|edited|replaced|exposed|scaled|labeled|annotated|serverside-applied)\b/m,
    tell: (line) =>
      `Line ${line} is what kubectl says about a change, not an object. Ask for the objects: ${KUBECTL_CORE}.`,
  },
  {
    name: 'variables of a pod',
    sign: /^(?:export |declare -x )?[A-Z][A-Z0-9_]*_SERVICE_(?:HOST|PORT)\w*=/m,
    tell: always(
      `These are variables of a pod, which addresses.environment takes. Send objects as well: ${KUBECTL_CORE}.`,
    ),
  },
  {
    name: 'an address',
    sign: /^\s*['"]?(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?['"]?\s*$/,
    tell: always(
      `This is an address alone, as a template or jsonpath prints it. Ask for the objects: ${KUBECTL_CORE}.`,
    ),
  },
  {
    name: 'kubectl explain',
    sign: /^KIND:[ \t]+\w+[ \t]*\r?\nVERSION:/m,
    tell: always(`This is what kubectl explain prints: what an object may hold. Send objects: ${KUBECTL_CORE}.`),
  },
  {
    name: 'a value of Go',
    sign: /^(?:map\[|&?(?:\w+\.)?[A-Z]\w*\{[A-Z]\w*:)/,
    tell: always('This is a value as Go prints it. Ask kubectl for -o yaml or -o json instead of a template.'),
  },
  {
    name: 'a difference',
    sign: /^(?:diff --git |diff -|index [0-9a-f]{7}|\+\+\+ |@@ .* @@|\+(?:apiVersion|kind|metadata|spec):)/m,
    tell: (line) => `Line ${line} is of a difference (diff). Send the file itself, without the + and - in front.`,
  },
  {
    name: 'a shell prompt',
    sign: /^[ \t]*(?:[$%❯➜][ \t]+|PS(?: [A-Za-z]:[^>\n]*)?>[ \t]*|[A-Za-z]:\\[^>\n]*>|\[?[\w.-]+@[\w.-]+[^\n$#%]*[$#%][ \t]+)\S/m,
    tell: (line) => `Line ${line} begins with a shell prompt. Send what the command prints, not the command.`,
  },
  {
    name: 'a command',
    sign: /^\s*(kubectl|oc|helm|cat|curl|k|sudo|echo|kustomize)[ \t]+[^\n]+/,
    tell: (line, [, word]) => `Line ${line} is a command (${word}). Send what it prints, not the command.`,
  },
  {
    name: 'a here-document',
    sign: /^EOF[ \t]*\r?$/m,
    tell: (line) => `Line ${line} is the end of a here-document (EOF). Leave it out.`,
  },
  {
    name: 'the output of helm',
    sign: /^NOTES:[ \t]*\r?$|^LAST DEPLOYED:|^MANIFEST:[ \t]*\r?$/m,
    tell: (line) =>
      `Line ${line} is of what helm prints about a release. Send what \`helm template\` or \`helm get manifest\` prints.`,
  },
  {
    name: 'Terraform',
    sign: /^[ \t]*(?:[-+~/]+ )?(?:resource|provider|module|variable|terraform|data|locals|output)(?:[ \t]+"[^"\n]*"){0,2}[ \t]*\{/m,
    tell: always('This is Terraform. Send the objects that it made: kubectl get … -o yaml.'),
  },
  {
    name: 'a Dockerfile',
    sign: /^FROM[ \t]+[\w./:@-]+(?:[ \t]+AS[ \t]+[\w-]+)?[ \t]*\r?$/m,
    unless: /^apiVersion:/m,
    tell: always('This is a Dockerfile. Send Kubernetes objects, as YAML or JSON.'),
  },
  {
    name: 'escaped line breaks',
    sign: /apiVersion: ?[\w./]+\\n/,
    tell: always('The line breaks are written as \\n, as within JSON. Send the text itself, with real line breaks.'),
  },
  {
    name: 'lost line breaks',
    sign: /^(?!\s*[{["'])(?=[^\n]*apiVersion:)(?=[^\n]*kind:)[^\n]*\n?$/,
    tell: always('The line breaks are lost: curl -d @FILE removes them. Use --data-binary @FILE.'),
  },
  {
    name: 'a file name',
    sign: /^\s*@?(?:file:\/\/)?[^\s:{}[\]]*\.(?:ya?ml|json)\s*$/i,
    tell: always('This is the name of a file, not what is in it. curl sends the content with --data-binary @FILE.'),
  },
  {
    name: 'a name with @',
    sign: /^\s*@\S+\s*$/,
    tell: always('This is the name of a file, not what is in it. curl sends the content with --data-binary @FILE.'),
  },
  {
    name: 'a URL',
    sign: /^\s*https?:\/\/\S+\s*$/i,
    tell: always('This is a URL, and it is not fetched. Send what it leads to: curl -s URL | curl --data-binary @- ….'),
  },
  {
    name: 'Base64',
    sign: /^\s*(?=[A-Za-z0-9+/]{24})[A-Za-z0-9+/\s]*={0,2}\n$/,
    tell: always('This looks like Base64. Decode it first: base64 -d.'),
  },
  {
    name: 'line numbers',
    sign: /^[ \t]*1[ \t:|.)]+[^\n]*\n[ \t]*2[ \t:|.)]+[^\n]*\n[ \t]*3[ \t:|.)]/,
    tell: always('There are line numbers in front of the lines. Leave them out.'),
  },
  {
    name: 'Docker Compose',
    sign: /^services:[ \t]*\r?$/m,
    unless: /^(apiVersion|kind):/m,
    tell: always('This is a file of Docker Compose. Send the Kubernetes objects, as `kompose convert` makes them.'),
  },
  {
    name: 'a kustomization',
    sign: /^(?:kind:[ \t]*Kustomization|resources:[ \t]*\r?\n[ \t]*- )/m,
    unless: /^kind:[ \t]*(?!Kustomization)\w/m,
    tell: always('This is a kustomization. Send what it makes: kubectl kustomize FOLDER.'),
  },
  {
    name: 'a playbook',
    sign: /^[ \t]*- hosts:/m,
    unless: /^(apiVersion|kind):/m,
    tell: always(`This is a playbook of Ansible. Send the objects that it made: ${KUBECTL_CORE}.`),
  },
  {
    name: 'values of a chart',
    sign: /^(?:replicaCount|nameOverride|fullnameOverride|image|ingress|autoscaling|serviceAccount):/m,
    unless: /^(apiVersion|kind):/m,
    tell: always('These are the values of a Helm chart. Send what `helm template` prints.'),
  },
  {
    name: 'comments in JSON',
    sign: /^\s*[{[]\s*(?=["{[/])(?:[^"]|"(?:[^"\\\n]|\\.)*")*?(?<![:\w])(\/\/|\/\*)/,
    tell: (_line, match) => `JSON has no comments: leave out what begins with ${match[1]}.`,
  },
]
