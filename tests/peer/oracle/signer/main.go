// signer: the second opinion on signed logins: aws-sdk-go-v2's endpoint rules and its SigV4 signer. Sends nothing.
// SPDX-License-Identifier: MIT
// Reads one JSON case a line from standard input and writes the signed request of each, one JSON object a line, in
// the same order. The lines are those of ../botocore_oracle.py.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	auth "github.com/aws/smithy-go/auth"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const body = "Action=GetCallerIdentity&Version=2011-06-15"

type signCase struct {
	ID       string `json:"id"`
	Secret   string `json:"secret"`
	Token    string `json:"token"`
	Unix     int64  `json:"unix"`
	Region   string `json:"region"`
	ServerID string `json:"server_id"`
}

type signed struct {
	URL     string              `json:"url"`
	Body    string              `json:"body"`
	Headers map[string][]string `json:"headers"`
}

// endpoint applies the SDK's own rules; us-east-1 logs in through the global host, which is what a Vault server asks
// unless it is configured otherwise.
func endpoint(ctx context.Context, region string) (url, scope string, err error) {
	name, fips := strings.CutSuffix(region, "-fips")
	found, err := sts.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, sts.EndpointParameters{
		Region: aws.String(name), UseFIPS: aws.Bool(fips), UseDualStack: aws.Bool(false),
		UseGlobalEndpoint: aws.Bool(region == "us-east-1"),
	})
	if err != nil {
		return "", "", err
	}
	scope = name
	if options, ok := auth.GetAuthOptions(&found.Properties); ok && len(options) > 0 {
		if s, ok := smithyhttp.GetSigV4SigningRegion(&options[0].SignerProperties); ok {
			scope = s
		}
	}
	return strings.TrimSuffix(found.URI.String(), "/") + "/", scope, nil
}

func sign(ctx context.Context, c signCase) (*signed, error) {
	url, scope, err := endpoint(ctx, c.Region)
	if err != nil {
		return nil, err
	}
	// With a reader whose length net/http knows, the request has a Content-Length, and the signer signs it.
	req, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Length", fmt.Sprint(len(body)))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if c.ServerID != "" {
		req.Header.Set("X-Vault-AWS-IAM-Server-ID", c.ServerID)
	}
	sum := sha256.Sum256([]byte(body))
	err = v4.NewSigner().SignHTTP(ctx, aws.Credentials{
		AccessKeyID: c.ID, SecretAccessKey: c.Secret, SessionToken: c.Token,
	}, req, hex.EncodeToString(sum[:]), "sts", scope, time.Unix(c.Unix, 0).UTC())
	return &signed{URL: url, Body: body, Headers: req.Header}, err
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var c signCase
		err := json.Unmarshal(in.Bytes(), &c)
		var s *signed
		if err == nil {
			s, err = sign(context.Background(), c)
		}
		if err == nil {
			err = out.Encode(s)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "signer:", err)
			os.Exit(1)
		}
	}
	if in.Err() != nil {
		fmt.Fprintln(os.Stderr, "signer:", in.Err())
		os.Exit(1)
	}
}
