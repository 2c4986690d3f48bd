// main.go: an HTTPS server on Go's crypto/tls, as Vault is one; every request gets the same answer. Verifies no signature.
// SPDX-License-Identifier: MIT
//
// usage: gotls CERT KEY 1.2|1.3|'' CLIENT_CA ANSWER
// Speaks this version and no other, or with an empty one both; CLIENT_CA, if not empty, is a file of authorities of which clients must have a
// certificate; ANSWER is a file with the body. Prints its URL.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
)

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func main() {
	version := map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[os.Args[3]]
	config := &tls.Config{
		Certificates: []tls.Certificate{must(tls.LoadX509KeyPair(os.Args[1], os.Args[2]))},
		MinVersion:   version,
		MaxVersion:   version,
	}
	if os.Args[4] != "" {
		config.ClientCAs = x509.NewCertPool()
		config.ClientCAs.AppendCertsFromPEM(must(os.ReadFile(os.Args[4])))
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	answer := must(os.ReadFile(os.Args[5]))
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	fmt.Printf("https://%s\n", l.Addr())
	log.Fatal(http.Serve(tls.NewListener(l, config), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(answer)
	})))
}
