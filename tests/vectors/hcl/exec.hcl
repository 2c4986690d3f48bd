env_template "DB_PASSWORD" {
  contents = "{{ with secret \"secret/data/db\" }}{{ .Data.data.password }}{{ end }}"
  error_on_missing_key = true
}
exec {
  command = ["./app", "arg1"]
  restart_on_secret_changes = "always"
  restart_stop_signal = "SIGTERM"
}
template_config {
  static_secret_render_interval = "10m"
  exit_on_retry_failure = true
  max_connections_per_host = 20
  lease_renewal_threshold = 0.8
}
