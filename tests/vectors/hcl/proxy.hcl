api_proxy {
  use_auto_auth_token = "force"
  enforce_consistency = "always"
}
listener "tcp" {
  address = "127.0.0.1:8100"
  tls_disable = true
  role = "metrics_only"
}
telemetry {
  disable_hostname = true
  prometheus_retention_time = "30s"
  statsd_address = "127.0.0.1:8125"
}
cache { persist "kubernetes" { path = "/vault/agent-cache" keep_after_import = true } }
log_level = "debug", log_format = "json"
