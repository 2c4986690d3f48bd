// tests/vectors/duration.go: writes duration.tsv, durations as Vault reads and shows them. Run: go run tests/vectors/duration.go >tests/vectors/duration.tsv
// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"time"
)

// As Vault's parseutil does: seconds, days, else Go's own form. Here an overflow is an error; there it goes unseen.
func parse(s string) (time.Duration, bool) {
	if s == "" {
		return 0, true
	}
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return times(v, time.Second)
	}
	if strings.HasSuffix(s, "d") {
		v, err := strconv.ParseInt(s[:len(s)-1], 10, 64)
		if err != nil {
			return 0, false
		}
		return times(v, 24*time.Hour)
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
}

func times(v int64, unit time.Duration) (time.Duration, bool) {
	d := time.Duration(v) * unit
	return d, d/unit == time.Duration(v)
}

// As Vault's CLI does.
func human(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if i := strings.Index(s, "h0m"); i > 0 {
		s = s[:i+1] + s[i+3:]
	}
	return s
}

func main() {
	texts := []string{"", "0", "60", "+60", "-60", "5m", "1h30m", "500ms", "1.5h", ".5s", "5.s", ".s", "-", "+", "5", "5.", "1.5", "d", "1d", "-1d",
		"+1d", "1.5d", "1d1h", "1h1d", "1 h", " 1h", "1h ", "1H", "1w", "1ns", "999999ns", "1000000ns", "1us", "1µs", "1μs", "1500us", "0s", "-0s",
		"--1s", "+-1s", "1s2s", "1m1h", "1e3s", "0x10s", "1h30", "9223372036s", "9223372037s", "9223372036", "9223372037", "106751d", "106752d",
		"2562047h47m16.854s", "2562047h47m16.856s", "2562048h", "99999999999999999999", "99999999999999999999s", "1.00000000000000000000000001s",
		"0.000999s", "0.001s", "1.0.0s", "1..0s", "1.h", "h", "s", "\x00", "1s\x00", "-1.5m", "00001s", "1h0.5m"}
	r := rand.New(rand.NewSource(1))
	units := []string{"ns", "us", "ms", "s", "m", "h"}
	for range 150 {
		s := []string{"", "-", "+"}[r.Intn(3)]
		for range 1 + r.Intn(3) {
			s += strconv.Itoa(r.Intn(100000))
			if r.Intn(2) == 0 {
				s += "." + strconv.Itoa(r.Intn(1000))
			}
			s += units[r.Intn(len(units))]
		}
		texts = append(texts, s)
	}
	for _, s := range texts {
		if d, ok := parse(s); ok {
			fmt.Printf("parse\t%x\t%d\n", s, d/time.Millisecond)
		} else {
			fmt.Printf("parse\t%x\t-\n", s)
		}
	}
	seconds := []int64{0, 1, 59, 60, 61, 3599, 3600, 3601, 3660, 3661, 7200, 86400, 2764800, 2764801, 2764860, -1, -3600, 36000, 36060, 600}
	for range 60 {
		seconds = append(seconds, r.Int63n(10000000))
	}
	for _, s := range seconds {
		fmt.Printf("show\t%d\t%s\n", s, human(time.Duration(s)*time.Second))
	}
}
