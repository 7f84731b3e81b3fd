{{- define "einlass.selector" -}}
app.kubernetes.io/name: einlass
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "einlass.labels" -}}
{{ include "einlass.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: einlass-{{ .Chart.Version | replace "+" "_" }}
{{- end }}
