{{/* What values.schema.json cannot say with a remedy; the first value that is wrong ends the rendering. */}}
{{- define "runyard.check" -}}
{{- $v := .Values }}
{{- $name := "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$" }}
{{- $size := "^[1-9][0-9]*(Mi|Gi|Ti)$" }}
{{- $address := "^([^:/ ]+:[0-9]+)?$" }}
{{- $network := "^[0-9A-Fa-f.:]+/[0-9]+$" }}
{{- $rules := list
  (list "the release's name" .Release.Name "^[a-z][a-z0-9-]{0,39}$" "it begins the names of all objects and has at most 40 lower-case letters, digits and dashes, a letter first: choose another")
  (list "name" $v.name "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]+)?$" "it is what people open, without https://: write it as lab.example.org")
  (list "secret" $v.secret $name "it is the name of a Secret with the keys db, s3 and grafana: make one with kubectl create secret generic")
  (list "tls.secret" $v.tls.secret $name "it is the name of a Secret with certificate and key: make one with kubectl create secret tls")
  (list "service.home" $v.service.home $size "a size is a whole number of Mi, Gi or Ti: write it as 20Gi")
  (list "worker.home" $v.worker.home $size "a size is a whole number of Mi, Gi or Ti: write it as 50Gi")
  (list "postgres.size" $v.postgres.size $size "a size is a whole number of Mi, Gi or Ti: write it as 50Gi")
  (list "temporal.size" $v.temporal.size $size "a size is a whole number of Mi, Gi or Ti: write it as 10Gi")
  (list "store.size" $v.store.size $size "a size is a whole number of Mi, Gi or Ti: write it as 200Gi")
  (list "prometheus.size" $v.prometheus.size $size "a size is a whole number of Mi, Gi or Ti: write it as 20Gi")
  (list "grafana.size" $v.grafana.size $size "a size is a whole number of Mi, Gi or Ti: write it as 2Gi")
  (list "postgres.url" $v.postgres.url "^(jdbc:postgresql://[^ ]+)?$" "it is an address for JDBC: write it as jdbc:postgresql://host:5432/database, or leave it empty for a Postgres in the cluster")
  (list "temporal.address" $v.temporal.address $address "it is a host and a port: write it as temporal.example.org:7233, or leave it empty for a Temporal in the cluster")
  (list "temporal.hosts.address" $v.temporal.hosts.address $address "it is a host and a port: write it as temporal.example.org:7233, or leave it empty where no host is outside of the cluster")
  (list "store.artifacts" $v.store.artifacts "^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_./-]+)?)?$" "it is a bucket: write it as s3://BUCKET or s3://BUCKET/FOLDER, or leave it empty for a store in the cluster")
  (list "store.endpoint" $v.store.endpoint "^(https?://[^@ ]+)?$" "it is the address of a server, without keys: write it as https://s3.example.org, or leave it empty for Amazon's")
}}
{{- range $rules }}
{{- $value := toString (index . 1) }}
{{- if not (regexMatch (index . 2) $value) }}
{{- fail (printf "%s is %q; %s" (index . 0) $value (index . 3)) }}
{{- end }}
{{- end }}
{{- range $field, $networks := dict "service.proxies" $v.service.proxies "temporal.hosts.networks" $v.temporal.hosts.networks }}
{{- range $networks }}
{{- if not (regexMatch $network .) }}
{{- fail (printf "%s holds %q; it lists networks: write each as 10.0.0.0/8" $field .) }}
{{- end }}
{{- end }}
{{- end }}
{{- if and $v.temporal.hosts.networks (not $v.temporal.hosts.address) }}
{{- fail (printf "temporal.hosts.networks is %s, and temporal.hosts.address is empty, which those hosts would be told; set both, or neither" (toJson $v.temporal.hosts.networks)) }}
{{- end }}
{{- if and $v.temporal.hosts.networks $v.temporal.address }}
{{- fail (printf "temporal.hosts.networks is %s, and temporal.address names a Temporal that the chart does not open; leave the networks out" (toJson $v.temporal.hosts.networks)) }}
{{- end }}
{{- if not $v.store.artifacts }}
{{- range $field, $value := dict "endpoint" $v.store.endpoint "region" $v.store.region }}
{{- if $value }}
{{- fail (printf "store.%s is %q, and store.artifacts is empty and names no bucket there; set it to s3://BUCKET, or leave store.%s out" $field $value $field) }}
{{- end }}
{{- end }}
{{- if not $v.store.accessKey }}
{{- fail "store.accessKey is \"\", which only a bucket elsewhere can do without; write a name such as runyard" }}
{{- end }}
{{- end }}
{{- if and $v.ingress.class (not $v.ingress.namespace) }}
{{- fail (printf "ingress.class is %q, and ingress.namespace is empty; write the namespace of its controller, which alone may ask the services" $v.ingress.class) }}
{{- end }}
{{- if and $v.worker.replicas (not $v.worker.tokens) }}
{{- fail (printf "worker.replicas is %d, and worker.tokens is empty; name a Secret with a token of \"runyard enrol\" for each pod, its keys 0, 1, …" (int $v.worker.replicas)) }}
{{- end }}
{{- end }}
