# tests/lint/layers.mk: which folder of src/ may use which. The Makefile links each unit test by it, the include lint reads it.
# SPDX-License-Identifier: MIT
#
# Top to bottom, as the linker wants them. `bearssl` stands for its headers.
layers = cmd agent net sys conf vault aws crypto data base
pure = conf vault aws crypto data base

layer_base =
layer_data = base
layer_crypto = base data bearssl
layer_aws = base data crypto
layer_vault = base data crypto aws
layer_conf = base data aws vault
layer_sys = base data
layer_net = base data crypto sys
layer_agent = base data crypto aws vault conf sys net
layer_cmd = base data crypto aws vault conf sys net agent
