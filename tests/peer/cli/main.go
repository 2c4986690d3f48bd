// cli: the whole vault command, for comparison with ours: its agent above all. Its server half does not work with these pins.
// SPDX-License-Identifier: MIT
package main

import (
	"os"

	"github.com/hashicorp/vault/command"
)

func main() { os.Exit(command.Run(os.Args[1:])) }
