// What the oracle of the configuration reader is made of: the version that the test Vault server is linked with.
// SPDX-License-Identifier: MIT
module pantler.invalid/hcl

go 1.24

require github.com/hashicorp/hcl v1.0.1-vault-5
