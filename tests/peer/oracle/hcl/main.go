// hcl: what the HCL reader of Vault's own sources makes of files: an oracle for data/hcl. Decides nothing about keys.
// SPDX-License-Identifier: MIT

// Usage: hcl FILE...
//
// For each file "> NAME", and then "refused", or every key and value in order with its line and column. Positions, types and
// texts of HCL are those of hashicorp/hcl v1's tree; of JSON, whose tree that library folds, those of Go's own decoder, where
// the library takes the file at all.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/hcl"
	"github.com/hashicorp/hcl/hcl/ast"
	"github.com/hashicorp/hcl/hcl/token"
)

var out strings.Builder

func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 0x20 && c <= 0x7e && c != '\\' && c != '"' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "\\x%02x", c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func say(p token.Pos, what string) {
	fmt.Fprintf(&out, "%d:%d %s\n", p.Line, p.Column, what)
}

func members(list *ast.ObjectList) {
	for _, item := range list.Items {
		for _, key := range item.Keys {
			say(key.Token.Pos, "key "+quote(key.Token.Value().(string)))
		}
		value(item.Val)
	}
}

func value(n ast.Node) {
	switch n := n.(type) {
	case *ast.ObjectType:
		say(n.Lbrace, "{")
		members(n.List)
		out.WriteString("}\n")
	case *ast.ListType:
		say(n.Lbrack, "[")
		for _, item := range n.List {
			value(item)
		}
		out.WriteString("]\n")
	case *ast.LiteralType:
		switch n.Token.Type {
		case token.STRING, token.HEREDOC:
			say(n.Pos(), "string "+quote(n.Token.Value().(string)))
		case token.BOOL:
			say(n.Pos(), "bool "+n.Token.Text)
		case token.NUMBER, token.FLOAT:
			n.Token.Value() // it panics over what is no number after all
			say(n.Pos(), "number "+n.Token.Text)
		default:
			panic(n.Token.Type)
		}
	default:
		panic(fmt.Sprintf("%T", n))
	}
}

type walker struct {
	d    *json.Decoder
	text []byte
}

func (w walker) next() (json.Token, token.Pos) {
	end := w.d.InputOffset()
	t, err := w.d.Token()
	if err != nil {
		panic(err)
	}
	at := len(w.text) - len(bytes.TrimLeft(w.text[end:], " \t\r\n,:"))
	start := bytes.LastIndexByte(w.text[:at], '\n') + 1
	return t, token.Pos{Line: 1 + bytes.Count(w.text[:at], []byte("\n")), Column: 1 + len([]rune(string(w.text[start:at])))}
}

func (w walker) value() {
	t, p := w.next()
	switch t := t.(type) {
	case json.Delim:
		say(p, t.String())
		for w.d.More() {
			if t == '{' {
				key, p := w.next()
				say(p, "key "+quote(key.(string)))
			}
			w.value()
		}
		end, _ := w.next()
		out.WriteString(end.(json.Delim).String() + "\n")
	case string:
		say(p, "string "+quote(t))
	case bool:
		say(p, fmt.Sprintf("bool %v", t))
	case json.Number:
		say(p, "number "+t.String())
	case nil:
		say(p, "null")
	}
}

func read(name string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	file, err := hcl.ParseBytes(text)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) {
		say(token.Pos{Line: 1, Column: 1}, "{")
		members(file.Node.(*ast.ObjectList))
		out.WriteString("}\n")
		return nil
	}
	if !json.Valid(text) {
		return fmt.Errorf("no JSON")
	}
	w := walker{json.NewDecoder(bytes.NewReader(text)), text}
	w.d.UseNumber()
	w.value()
	return nil
}

func main() {
	for _, name := range os.Args[1:] {
		out.Reset()
		if err := read(name); err != nil {
			out.Reset()
			out.WriteString("refused\n")
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		}
		fmt.Printf("> %s\n%s", name, out.String())
	}
}
