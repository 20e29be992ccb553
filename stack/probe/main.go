// Command probe is what the stack needs inside containers that have no shell: a health check, and the preparation of
// volumes before the first service starts.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

const usage = `probe http URL        exit code 0 when URL answers with a status of 200 to 299 within 4 seconds, else 1 and the reason
probe prepare FILE    fill and hand over the volumes that the plan in FILE names
`

// Below the time-out of the health checks in compose.yaml, so that the reason is ours and not "timed out".
const httpTimeout = 4 * time.Second

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit code: 0 for done, 1 for failed, 2 for a command line that it does not understand.
func run(args []string, out, errOut io.Writer) int {
	if len(args) != 2 {
		fmt.Fprintf(errOut, "probe: expected a command and one argument, got %q\n%s", args, usage)
		return 2
	}
	var err error
	switch args[0] {
	case "http":
		ctx, cancel := context.WithTimeout(context.Background(), httpTimeout)
		defer cancel()
		err = checkHTTP(ctx, args[1])
	case "prepare":
		err = prepareFromFile(args[1], out)
	default:
		fmt.Fprintf(errOut, "probe: unknown command %q\n%s", args[0], usage)
		return 2
	}
	if err != nil {
		fmt.Fprintf(errOut, "probe: %v\n", err)
		return 1
	}
	return 0
}
