package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestCheckHTTP(t *testing.T) {
	cases := map[string]struct {
		handler http.HandlerFunc
		want    string // part of the error; "" for healthy
	}{
		"200":         {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "fine") }, ""},
		"204":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, ""},
		"404":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, "404 Not Found"},
		"503, reason": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "some shards\n\x1b[31mare not ready", 503) }, "503 Service Unavailable: some shards  [31mare not ready"},
		"redirect":    {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", 302) }, "302 Found"},
		"endless answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(500)
			io.WriteString(w, strings.Repeat("x", 1<<20))
		}, "500"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			err := checkHTTP(context.Background(), server.URL)
			switch {
			case c.want == "" && err != nil:
				t.Fatalf("healthy, got %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Fatalf("want an error with %q, got %v", c.want, err)
			case err != nil && len(err.Error()) > 400:
				t.Fatalf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

func TestCheckHTTPWithoutAnAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()

	t.Run("accepts and is silent", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		if err := checkHTTP(ctx, "http://"+address); err == nil {
			t.Fatal("a silent server is not healthy")
		}
	})
	listener.Close()
	for name, url := range map[string]string{
		"closed port": "http://" + address,
		"no scheme":   address,
		"no URL":      "http://[::1",
		"empty":       "",
	} {
		t.Run(name, func(t *testing.T) {
			if err := checkHTTP(context.Background(), url); err == nil {
				t.Fatalf("%q is not healthy", url)
			}
		})
	}
}

func TestCheckHTTPIgnoresProxies(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	if err := checkHTTP(context.Background(), server.URL); err != nil {
		t.Fatal(err)
	}
}

func TestExitCodes(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/health" {
			w.WriteHeader(404)
		}
	}))
	defer server.Close()
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"http", server.URL + "/health"}, 0},
		{[]string{"http", server.URL}, 1},
		{[]string{"prepare", "/does/not/exist"}, 1},
		{nil, 2},
		{[]string{"http"}, 2},
		{[]string{"tcp", server.URL}, 2},
	} {
		var errOut strings.Builder
		if got := run(c.args, io.Discard, &errOut); got != c.want {
			t.Errorf("%q: want %d, got %d", c.args, c.want, got)
		}
		if (c.want == 0) != (errOut.Len() == 0) {
			t.Errorf("%q: exit code %d and said %q", c.args, c.want, errOut.String())
		}
	}
}
