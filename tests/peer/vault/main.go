// vault: a real Vault server in memory, unsealed, with the real AWS auth backend, for tests on loopback.
// SPDX-License-Identifier: MIT
// Not a development server for people: no CLI and no storage; everything but kv v2 at secret/ is set up by the test
// through the API, with the root token. When it is ready it prints its URL.
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	log "github.com/hashicorp/go-hclog"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	aws "github.com/hashicorp/vault/builtin/credential/aws"
	"github.com/hashicorp/vault/command/server"
	"github.com/hashicorp/vault/helper/namespace"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// registry is the smallest vault.BuiltinRegistry: what is compiled in, by type and name.
type registry map[consts.PluginType]map[string]logical.Factory

var builtin = registry{
	consts.PluginTypeCredential: {"aws": aws.Factory},
	consts.PluginTypeSecrets:    {"kv": kv.Factory},
}

func (r registry) Contains(name string, t consts.PluginType) bool {
	return r[t][name] != nil
}

func (r registry) Get(name string, t consts.PluginType) (func() (interface{}, error), bool) {
	f := r[t][name]
	return func() (interface{}, error) { return f, nil }, f != nil
}

func (r registry) Keys(t consts.PluginType) (out []string) {
	for name := range r[t] {
		out = append(out, name)
	}
	return out
}

func (r registry) DeprecationStatus(name string, t consts.PluginType) (consts.DeprecationStatus, bool) {
	if r.Contains(name, t) {
		return consts.Supported, true
	}
	return consts.Unknown, false
}

func (registry) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }

func check(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "vault: %s: %v\n", what, err)
		os.Exit(1)
	}
}

// open makes a core, initialises and unseals it, replaces its root token by the given one and mounts kv v2 at secret/.
func open(token string, logger log.Logger) *vault.Core {
	storage, err := inmem.NewInmem(nil, logger)
	check("storage", err)
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:           storage,
		StorageType:        "inmem",
		Logger:             logger,
		LogicalBackends:    builtin[consts.PluginTypeSecrets],
		CredentialBackends: builtin[consts.PluginTypeCredential],
		BuiltinRegistry:    builtin,
		DisableMlock:       true,
		RawConfig:          &server.Config{SharedConfig: &configutil.SharedConfig{DisableMlock: true}},
		DefaultLeaseTTL:    768 * time.Hour,
		MaxLeaseTTL:        768 * time.Hour,
	})
	check("core", err)

	ctx := namespace.RootContext(context.Background())
	secret, err := core.Initialize(ctx, &vault.InitParams{
		BarrierConfig: &vault.SealConfig{SecretShares: 1, SecretThreshold: 1},
	})
	check("initialise", err)
	open, err := core.Unseal(secret.SecretShares[0])
	if err == nil && !open {
		err = fmt.Errorf("still sealed after the only share")
	}
	check("unseal", err)

	update := func(as, path string, data map[string]interface{}) {
		answer, err := core.HandleRequest(ctx, &logical.Request{
			ID: "setup", Operation: logical.UpdateOperation, ClientToken: as, Path: path, Data: data,
		})
		if err == nil {
			err = answer.Error()
		}
		check(path, err)
	}
	update(secret.RootToken, "auth/token/create", map[string]interface{}{
		"id": token, "policies": []string{"root"}, "no_parent": true, "no_default_policy": true,
	})
	update(secret.RootToken, "auth/token/revoke-self", nil)
	update(token, "sys/mounts/secret", map[string]interface{}{
		"type": "kv", "options": map[string]string{"version": "2"},
	})
	return core
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "loopback address:port; port 0 picks one")
	token := flag.String("root-token", "root", "id of the root token")
	cert := flag.String("tls-cert", "", "PEM certificate (without one: plain HTTP)")
	key := flag.String("tls-key", "", "PEM key")
	level := flag.String("log-level", "warn", "trace|debug|info|warn|error|off")
	flag.Parse()

	host, _, err := net.SplitHostPort(*listen)
	check("-listen", err)
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		check("-listen", fmt.Errorf("%q is not a loopback address", host))
	}

	logger := log.New(&log.LoggerOptions{Name: "vault", Level: log.LevelFromString(*level), Output: os.Stderr})
	core := open(*token, logger)

	ln, err := net.Listen("tcp", *listen)
	check("listen", err)
	url := "http://" + ln.Addr().String()
	if *cert != "" {
		pair, err := tls.LoadX509KeyPair(*cert, *key)
		check("certificate", err)
		ln = tls.NewListener(ln, &tls.Config{
			Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		})
		url = "https://" + ln.Addr().String()
	}
	srv := &http.Server{
		Handler: vaulthttp.Handler.Handler(&vault.HandlerProperties{
			Core:           core,
			ListenerConfig: &configutil.Listener{Type: "tcp", Address: *listen},
		}),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          logger.StandardLogger(nil),
	}
	go func() {
		if err := srv.Serve(ln); err != http.ErrServerClosed {
			check("serve", err)
		}
	}()

	fmt.Println(url)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	srv.Close()
	core.Shutdown()
}
