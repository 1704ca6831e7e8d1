{{/* What tells the pods of one part from all others, and stays from version to version: include "runyard.which" (list $ "service"). */}}
{{- define "runyard.which" -}}
app.kubernetes.io/name: runyard
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "runyard.labels" -}}
{{ include "runyard.which" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
{{- end }}

{{- define "runyard.meta" -}}
name: {{ (index . 0).Release.Name }}-{{ index . 1 }}
labels:
  {{- include "runyard.labels" . | nindent 2 }}
{{- end }}

{{/* Names of the services, with commas between: each keeps its own while its pod is made anew. */}}
{{- define "runyard.services" -}}
{{- range $n := until (int .Values.service.replicas) }}{{ if $n }},{{ end }}{{ $.Release.Name }}-service-{{ $n }}{{ end }}
{{- end }}

{{/* A variable from the lab's Secret: include "runyard.password" (list $ "NAME" "key"). */}}
{{- define "runyard.password" -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef:
      name: {{ (index . 0).Values.secret }}
      key: {{ index . 2 }}
{{- end }}

{{/* How every pod runs: include "runyard.pod" (list $ 10001), with the number of an account without rights. */}}
{{- define "runyard.pod" -}}
automountServiceAccountToken: false
# Variables that Kubernetes makes of Services' names would look like the lab's own.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ index . 1 }}
  runAsGroup: {{ index . 1 }}
  fsGroup: {{ index . 1 }}
  # Once: later it would open to the group what its owner has closed.
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with (index . 0).Values.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* How every container runs; what is not on a volume cannot be written. */}}
{{- define "runyard.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
resources:
  {{- toYaml .resources | nindent 2 }}
{{- end }}

{{/* A service is asked by its pod's address, under which the lab may not be opened. */}}
{{- define "runyard.health" -}}
path: /q/health/{{ . }}
port: 8080
httpHeaders:
  - name: Host
    value: localhost
{{- end }}

{{/* A volume that a pod of a StatefulSet keeps: include "runyard.claim" (list $ "name" "size"). */}}
{{- define "runyard.claim" -}}
- metadata:
    name: {{ index . 1 }}
  spec:
    accessModes: [ReadWriteOnce]
    {{- with (index . 0).Values.storageClass }}
    storageClassName: {{ . }}
    {{- end }}
    resources:
      requests:
        storage: {{ index . 2 }}
{{- end }}

{{/* Plain variables, and those that an administrator adds: include "runyard.environment" (list $ "service" DICT). */}}
{{- define "runyard.environment" -}}
{{- $part := index . 1 }}
{{- $own := index . 2 }}
{{- range $name, $value := $own }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name, $value := (index (index . 0).Values $part).environment }}
{{- if hasKey $own $name }}
{{- fail (printf "%s.environment.%s is %q, and the chart sets that variable itself, to %q; leave it out" $part $name $value (get $own $name)) }}
{{- end }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
