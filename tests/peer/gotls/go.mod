// A server on Go's own TLS: nothing but its standard library.
// SPDX-License-Identifier: MIT
module pantler.invalid/gotls

go 1.26
