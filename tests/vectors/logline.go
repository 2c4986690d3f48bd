// tests/vectors/logline.go: writes logline.tsv, events as go-hclog prints them. Run: go -C tests/peer/vault run ../../vectors/logline.go >tests/vectors/logline.tsv
// SPDX-License-Identifier: MIT
package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Pairs are given in the order of their keys, in which hclog's JSON has them, too.
// Columns: unix microseconds, level, name, message, pairs as key=HEX, the standard line in hexadecimal, the JSON line so.
func row(at int64, level hclog.Level, name, message string, pairs ...string) {
	var args []interface{}
	var shown []string
	for i := 0; i < len(pairs); i += 2 {
		args = append(args, pairs[i], pairs[i+1])
		shown = append(shown, pairs[i]+"="+hex.EncodeToString([]byte(pairs[i+1])))
	}
	fmt.Printf("%d\t%s\t%s\t%s\t%s", at, level, name, message, strings.Join(shown, " "))
	for _, json := range []bool{false, true} {
		var out bytes.Buffer
		log := hclog.New(&hclog.LoggerOptions{Name: name, Level: hclog.Debug, Output: &out, JSONFormat: json,
			TimeFn: func() time.Time { return time.UnixMicro(at).UTC() }})
		log.Log(level, message, args...)
		fmt.Printf("\t%x", out.Bytes())
	}
	fmt.Println()
}

func main() {
	const handler = "agent.auth.handler"
	row(1775758379819123, hclog.Info, handler, "authenticating")
	row(0, hclog.Debug, "agent", "x")
	row(951868799999999, hclog.Warn, "agent.sink.file", "leap day")
	row(1775758379000001, hclog.Error, handler, "error authenticating", "an_error",
		"Error making API request.\n\nURL: PUT https://vault.example:8200/v1/auth/aws/login\nCode: 400. Errors:\n\n* entry for role \"x\" not found",
		"backoff", "1.73s")
	row(1775758379100000, hclog.Info, "agent.sink.file", "file sink configured", "group", "1000", "mode", "-rw-r-----", "owner", "100", "path", "/run/vault-token")
	for _, value := range []string{"", "a b", "a\"b", "a\\b", "-~", ",", "\n", "a\n", "\na", "a\n\nb\n", "a\"\t\\\nb\x01", "<&>", "=", "[1]", "{}"} {
		row(1, hclog.Info, "n", "m", "k", value)
		row(1, hclog.Info, "n", "m", "a", value, "m", "1", "z", value)
	}
	for c := 0; c < 0x7f; c++ {
		row(1, hclog.Info, "n", "m", "k", string(rune(c)))
	}
	row(1, hclog.Info, "n", "the \"message\" <stands> as it is: \\x0a")
}
