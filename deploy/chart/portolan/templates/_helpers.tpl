{{- define "portolan.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "portolan.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "portolan.labels" -}}
{{ include "portolan.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "portolan.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "portolan.fullname" .) }}
{{- end }}

{{- define "portolan.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "portolan.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "portolan.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /* What may be read in any namespace; the kinds that have none are in the ClusterRole alone. */ -}}
{{- define "portolan.rules" -}}
{{- $everywhere := empty .Values.rbac.namespaces -}}
- apiGroups: [""]
  resources: [services, endpoints{{ if $everywhere }}, namespaces{{ end }}]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [{{ if $everywhere }}nodes, {{ end }}pods]
  verbs: [list, watch]
- apiGroups: [""]
  resources: [events]
  verbs: [list]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
- apiGroups: [networking.k8s.io]
  resources: [ingresses, {{ if $everywhere }}ingressclasses, {{ end }}networkpolicies]
  verbs: [list, watch]
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets, replicasets]
  verbs: [list, watch]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [list, watch]
- apiGroups: [gateway.networking.k8s.io]
  resources: [{{ if $everywhere }}gatewayclasses, {{ end }}httproutes, grpcroutes, tlsroutes, tcproutes, udproutes, gateways, listenersets, referencegrants, backendtlspolicies]
  verbs: [list, watch]
- apiGroups: [gateway.networking.x-k8s.io]
  resources: [xlistenersets]
  verbs: [list, watch]
- apiGroups: [route.openshift.io]
  resources: [routes]
  verbs: [list, watch]
{{- end }}
