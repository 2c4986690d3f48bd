template {
  contents = <<EOF
{{ with secret "secret/data/web" }}
DB_PASSWORD="{{ .Data.data.password }}"
	TAB and trailing blank 
{{ end }}
EOF
  destination = "/run/web.env"
  perms = "0600"
  command = "systemctl reload web"
}
