{{/* Labels of an object of one part: include "runyard.labels" (list $ "service"). */}}
{{- define "runyard.labels" -}}
{{ include "runyard.which" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
{{- end }}

{{/* What tells the pods of one part from all others. */}}
{{- define "runyard.which" -}}
app.kubernetes.io/name: runyard
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "runyard.meta" -}}
name: {{ printf "%s-%s" (index . 0).Release.Name (index . 1) }}
labels:
  {{- include "runyard.labels" . | nindent 2 }}
{{- end }}

{{/* The Secret with the passwords. */}}
{{- define "runyard.secret" -}}
{{ .Values.passwords.secret | default (printf "%s-passwords" .Release.Name) }}
{{- end }}

{{/* A variable from it: include "runyard.password" (list $ "NAME" "key"). */}}
{{- define "runyard.password" -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef:
      name: {{ include "runyard.secret" (index . 0) }}
      key: {{ index . 2 }}
{{- end }}

{{/* Names of the services, one a line. */}}
{{- define "runyard.services" -}}
{{- range $n := until (int .Values.service.replicas) }}
{{ printf "%s-service-%d.%s-service.%s.svc.%s" $.Release.Name $n $.Release.Name $.Release.Namespace $.Values.cluster.domain }}
{{- end }}
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

{{/* Of an account without rights: include "runyard.account" 10001. */}}
{{- define "runyard.account" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "runyard.nothing-more" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
{{- end }}
