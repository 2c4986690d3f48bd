vault {
  address = "http://127.0.0.1:1"
}

Auto_Auth {
  METHOD "aws" {
    Mount_Path = "auth/aws"
    config = {
      type = "iam"
      role = "web"
    }
  }

  Sink "file" {
    config = {
      path = "token"
    }
  }
}
