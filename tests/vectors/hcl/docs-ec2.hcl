auto_auth {
	method {
		type = "aws"
		config {
			type = "ec2"
			role = "dev-role-ec2"
			nonce = "5defbf9e-a8f9-3063-bdfc-54b7a42a1f95"
			credential_poll_interval = 60
		}
	}
	sinks {
		sink {
			type = "file"
			config { path = "/run/token", mode = 0640 }
		}
	}
}
