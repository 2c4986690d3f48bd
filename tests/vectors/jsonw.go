// tests/vectors/jsonw.go: writes jsonw.txt, JSON values as Go's encoder prints them. Run: go run tests/vectors/jsonw.go >tests/vectors/jsonw.txt
// SPDX-License-Identifier: MIT
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Keys are sorted, since Go sorts them.
var inputs = []string{
	`null`, `true`, `false`, `0`, `-0.0`, `1e400`, `12345678901234567890123`, `""`, `[]`, `{}`, `[[]]`, `[{}]`, `{"a":{}}`, `{"a":[]}`,
	` [ 1 , 2 , [ 3 , [ ] , { } ] , "x" ] `,
	"{\n\t\"a\" : [ ],\r\n\"b\" : { \"c\" : null } }",
	`{"auth":{"client_token":"hvs.x","policies":["default","web"],"renewable":true},"lease_duration":0,"warnings":null}`,
	`"\u0041\/\ud83d\ude00\u00e4"`, `"<a href=\"x\">&amp;</a>"`, `{"<&>":"\u003c"}`, `"\u2027\u2028\u2029\u202a"`,
	`[[[[[[[[[["deep"]]]]]]]]]]`,
	`{"":"","\"":"\\","a b":"c:d,e{f}[g]"}`,
}

func main() {
	for c := 0; c < 0x20; c++ {
		inputs = append(inputs, fmt.Sprintf(`"\u%04x"`, c))
	}
	for c := 0x20; c < 0x100; c += 16 {
		var s strings.Builder
		for k := c; k < c+16; k++ {
			s.WriteRune(rune(k))
		}
		quoted, _ := json.Marshal(s.String())
		inputs = append(inputs, string(quoted))
	}
	for _, in := range inputs {
		d := json.NewDecoder(bytes.NewReader([]byte(in)))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			panic(in)
		}
		dense, _ := json.Marshal(v)
		pretty, _ := json.MarshalIndent(v, "", "  ")
		// A line break in an input is blank space; one line each keeps the reader of this file simple.
		fmt.Printf("> %s\n= %s\n", strings.NewReplacer("\n", " ", "\r", " ").Replace(in), dense)
		for _, line := range strings.Split(string(pretty), "\n") {
			fmt.Printf("< %s\n", line)
		}
	}
}
