package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"
)

// What of an answer is shown; health pages say their reason at the start.
const maxShownBytes = 200

// checkHTTP returns nil when a GET of url is answered with a status of 200 to 299. A redirect is no answer: it would make a
// login page look healthy.
func checkHTTP(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("not a URL: %w", err)
	}
	client := http.Client{
		// No proxy from the environment: what is checked is in the same container.
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 200 && response.StatusCode < 300 {
		return nil
	}
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxShownBytes))
	return fmt.Errorf("GET %s: %s: %s", url, response.Status, oneLine(string(body)))
}

// oneLine makes text from outside fit for a log: no line breaks, no control characters.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?")))
}
