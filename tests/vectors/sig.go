// tests/vectors/sig.go: writes sig.tsv, signatures right and wrong by Go's crypto. Run: go run tests/vectors/sig.go >tests/vectors/sig.tsv
// SPDX-License-Identifier: MIT
package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/hex"
	"fmt"
	"math/big"
)

var hashes = []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512}
var message = []byte("What a pantler signs for, he has.")

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func sum(h crypto.Hash, parts ...[]byte) []byte {
	d := h.New()
	for _, p := range parts {
		d.Write(p)
	}
	return d.Sum(nil)
}

// scheme, kind of key, key, signature, what is to be said of it, why
func line(scheme int, kind, key string, sig []byte, verdict, why string) {
	fmt.Printf("%04x\t%s\t%s\t%s\t%s\t%s\n", scheme, kind, key, hex.EncodeToString(sig), verdict, why)
}

// The raw operation on an encoded message.
func raw(k *rsa.PrivateKey, em []byte) []byte {
	return new(big.Int).Exp(new(big.Int).SetBytes(em), k.D, k.N).FillBytes(make([]byte, k.Size()))
}

// EMSA-PSS-ENCODE with each part open to change: what stands before the salt, the salt, the last byte, and which hash makes the mask.
func pss(k *rsa.PrivateKey, h, mask crypto.Hash, salt []byte, ps byte, one byte, trailer byte, top bool) []byte {
	bits := k.N.BitLen() - 1
	n := (bits + 7) / 8
	digest := sum(h, make([]byte, 8), sum(h, message), salt)
	db := make([]byte, n-h.Size()-1)
	copy(db[len(db)-len(salt):], salt)
	db[len(db)-len(salt)-1] = one
	db[len(db)-len(salt)-2] = ps
	var stream []byte
	for i := 0; len(stream) < len(db); i++ {
		stream = append(stream, sum(mask, digest, []byte{0, 0, 0, byte(i)})...)
	}
	for i := range db {
		db[i] ^= stream[i]
	}
	db[0] &= 0xff >> (8*n - bits)
	if top {
		db[0] |= 1 << (7 - (8*n - bits - 1))
	}
	return append(append(db, digest...), trailer)
}

func main() {
	fmt.Println("# scheme\tkind\tkey\tsignature\tverdict\twhy; the message is always: " + string(message))
	for i, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		k := must(ecdsa.GenerateKey(curve, rand.Reader))
		key := hex.EncodeToString(must(k.PublicKey.Bytes()))
		for j, h := range hashes {
			sig := must(ecdsa.SignASN1(rand.Reader, k, sum(h, message)))
			line((4+j)<<8|3, fmt.Sprint("p", 23+i), key, sig, "yes", fmt.Sprint(curve.Params().Name, " ", h))
			line((4+(j+1)%3)<<8|3, fmt.Sprint("p", 23+i), key, sig, "no", "another hash")
		}
	}
	for _, bits := range []int{2048, 2049, 2050, 2055, 3072, 4096} {
		k := must(rsa.GenerateKey(rand.Reader, bits))
		key := hex.EncodeToString(k.N.Bytes())
		for j, h := range hashes {
			p1, ps := (4+j)<<8|1, 0x0804+j
			say := func(scheme int, sig []byte, verdict, why string) {
				line(scheme, "rsa", key, sig, verdict, fmt.Sprint(bits, " ", h, " ", why))
			}
			sig := must(rsa.SignPKCS1v15(rand.Reader, k, h, sum(h, message)))
			say(p1, sig, "yes", "PKCS#1")
			if bits == 2048 || bits == 4096 {
				say((4+(j+1)%3)<<8|1, sig, "no", "another hash")
				say(ps, sig, "no", "PKCS#1 for PSS")
			}
			sig = must(rsa.SignPSS(rand.Reader, k, h, sum(h, message), &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}))
			say(ps, sig, "yes", "PSS")
			if bits == 2048 {
				say(0x0804+(j+1)%3, sig, "no", "another hash")
				say(p1, sig, "no", "PSS for PKCS#1")
			}
			salt := make([]byte, h.Size())
			rand.Read(salt)
			say(ps, raw(k, pss(k, h, h, salt, 0, 1, 0xbc, false)), "yes", "PSS by hand")
			if bits > 2050 {
				continue
			}
			say(ps, raw(k, pss(k, h, h, salt[1:], 0, 1, 0xbc, false)), "no", "salt one too short")
			say(ps, raw(k, pss(k, h, h, append(salt, 0), 0, 1, 0xbc, false)), "no", "salt one too long")
			say(ps, raw(k, pss(k, h, h, nil, 0, 1, 0xbc, false)), "no", "no salt")
			say(ps, raw(k, pss(k, h, h, salt, 1, 1, 0xbc, false)), "no", "no zero before the salt")
			say(ps, raw(k, pss(k, h, h, salt, 0, 2, 0xbc, false)), "no", "no one before the salt")
			say(ps, raw(k, pss(k, h, h, salt, 0, 1, 0xcc, false)), "no", "another trailer")
			say(ps, raw(k, pss(k, h, hashes[(j+1)%3], salt, 0, 1, 0xbc, false)), "no", "another hash for the mask")
			if bits != 2049 {
				for { // it must stay below the modulus
					em := pss(k, h, h, salt, 0, 1, 0xbc, true)
					if new(big.Int).SetBytes(em).Cmp(k.N) < 0 {
						say(ps, raw(k, em), "no", "a bit too high")
						break
					}
					rand.Read(salt)
				}
			} else {
				em := pss(k, h, h, salt, 0, 1, 0xbc, false)
				say(ps, raw(k, append([]byte{1}, em...)), "no", "a bit too high")
			}
			info := append([]byte{0x30, byte(0x11 + h.Size()), 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, byte(j + 1), 5, 0, 4, byte(h.Size())},
				sum(h, message)...)
			pad := func(n int, info []byte) []byte {
				return append(append(append([]byte{0, 1}, bytes.Repeat([]byte{0xff}, n-3-len(info))...), 0), info...)
			}
			say(p1, raw(k, pad(k.Size(), info)), "yes", "PKCS#1 by hand")
			say(p1, raw(k, append(pad(k.Size()-8, info), make([]byte, 8)...)), "no", "bytes behind the digest")
			bare := append([]byte{0x30, info[1] - 2, 0x30, 0x0b}, append(append([]byte{}, info[4:15]...), info[17:]...)...)
			say(p1, raw(k, pad(k.Size(), bare)), "no", "no parameters")
			em := pad(k.Size(), info)
			em[1] = 2
			say(p1, raw(k, em), "no", "type 2")
			em[1], em[9] = 1, 0xfe
			say(p1, raw(k, em), "no", "padding of another kind")
		}
	}
}
