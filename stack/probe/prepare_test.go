package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Another user where we may hand files to one, else ourselves.
func someOwner() (uid, gid int) {
	if os.Getuid() == 0 {
		return 10001, 10002
	}
	return os.Getuid(), os.Getgid()
}

func ownerOf(t *testing.T, path string) (uid, gid int, mode os.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	return int(stat.Uid), int(stat.Gid), info.Mode().Perm()
}

func write(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// A plan like the one in plan/, over folders of the test.
func samplePlan(t *testing.T) (p plan, self, root string) {
	root = t.TempDir()
	uid, gid := someOwner()
	for _, folder := range []string{"probe", "data", "secrets-of-one"} {
		if err := os.Mkdir(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	self = write(t, filepath.Join(root, "self"), "program", 0o700)
	return plan{
		Probe:       filepath.Join(root, "probe", "probe"),
		Directories: []ownedDirectory{{filepath.Join(root, "data"), uid, gid}},
		Secrets: []ownedSecret{{
			From: write(t, filepath.Join(root, "secrets", "key"), "value", 0o600),
			To:   filepath.Join(root, "secrets-of-one", "key"),
			UID:  uid, GID: gid,
		}},
	}, self, root
}

func TestPrepare(t *testing.T) {
	p, self, root := samplePlan(t)
	inside := write(t, filepath.Join(root, "data", "deep", "file"), "x", 0o600)
	outside := write(t, filepath.Join(root, "outside"), "x", 0o600)
	if err := os.Symlink(outside, filepath.Join(root, "data", "link")); err != nil {
		t.Fatal(err)
	}
	before, _, _ := ownerOf(t, outside)

	for _, round := range []string{"first", "again"} {
		var out strings.Builder
		if err := p.carryOut(self, &out); err != nil {
			t.Fatalf("%s: %v", round, err)
		}
		if strings.Contains(out.String(), "value") {
			t.Fatalf("%s: the secret is in the output", round)
		}
		uid, gid := someOwner()
		for _, path := range []string{filepath.Join(root, "data"), inside, filepath.Join(root, "data", "link"), p.Secrets[0].To} {
			if u, g, _ := ownerOf(t, path); u != uid || g != gid {
				t.Errorf("%s: %s is of %d:%d", round, path, u, g)
			}
		}
		if _, _, mode := ownerOf(t, p.Secrets[0].To); mode != 0o400 {
			t.Errorf("%s: the secret has mode %o", round, mode)
		}
		if _, _, mode := ownerOf(t, p.Probe); mode != 0o555 {
			t.Errorf("%s: the probe has mode %o", round, mode)
		}
		if u, _, _ := ownerOf(t, outside); u != before {
			t.Errorf("%s: a link led out of the volume", round)
		}
		left, _ := filepath.Glob(filepath.Join(root, "*", ".new-*"))
		if len(left) != 0 {
			t.Errorf("%s: left behind %v", round, left)
		}
	}
}

func TestPrepareTakesUpAChangedSecret(t *testing.T) {
	p, self, _ := samplePlan(t)
	for _, value := range []string{"old", "new"} {
		write(t, p.Secrets[0].From, value, 0o600)
		if err := p.carryOut(self, io.Discard); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(p.Secrets[0].To)
		if err != nil || string(got) != value {
			t.Fatalf("want %q, got %q, %v", value, got, err)
		}
	}
}

func TestPrepareDoesWithoutWhatIsOptional(t *testing.T) {
	p, self, _ := samplePlan(t)
	p.Secrets[0].Optional = true
	for _, there := range []bool{true, false, false} {
		if !there {
			os.Remove(p.Secrets[0].From)
		}
		if err := p.carryOut(self, io.Discard); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(p.Secrets[0].To); (err == nil) != there {
			t.Fatalf("made: %v, handed out: %v", there, err == nil)
		}
	}
}

func TestPrepareDoesNotWalkAVolumeThatIsHandedOver(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can make a file of another user")
	}
	p, self, root := samplePlan(t)
	if err := p.carryOut(self, io.Discard); err != nil {
		t.Fatal(err)
	}
	later := write(t, filepath.Join(root, "data", "later"), "x", 0o600)
	if err := p.carryOut(self, io.Discard); err != nil {
		t.Fatal(err)
	}
	if uid, _, _ := ownerOf(t, later); uid != 0 {
		t.Fatal("it was walked again")
	}
}

func TestPrepareNamesEverythingThatFailed(t *testing.T) {
	cases := map[string]struct {
		spoil func(p *plan)
		want  string
	}{
		"secret missing":   {func(p *plan) { os.Remove(p.Secrets[0].From) }, "is missing: generate-secrets.sh makes it"},
		"secret empty":     {func(p *plan) { os.Truncate(p.Secrets[0].From, 0) }, "is empty"},
		"secret a folder":  {func(p *plan) { p.Secrets[0].From = filepath.Dir(p.Secrets[0].From) }, "is not a file"},
		"volume missing":   {func(p *plan) { p.Directories[0].Path += "x" }, "no such file"},
		"volume a file":    {func(p *plan) { p.Directories[0].Path = p.Secrets[0].From }, "is not a directory"},
		"no probe's place": {func(p *plan) { p.Probe = "/does/not/exist/probe" }, "no such file"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p, self, _ := samplePlan(t)
			c.spoil(&p)
			var out strings.Builder
			err := p.carryOut(self, &out)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("want %q, got %v", c.want, err)
			}
			if strings.Count(out.String(), "\n") != 2 {
				t.Errorf("the two other steps were not done: %q", out.String())
			}
		})
	}
}

func TestReadPlan(t *testing.T) {
	good := `{"probe":"/p/probe","directories":[{"path":"/d","uid":1,"gid":1}],"secrets":[{"from":"/s","to":"/t/s","uid":1,"gid":1}]}`
	cases := map[string]struct{ text, want string }{
		"good":           {good, ""},
		"unknown key":    {`{"probe":"/p","directory":[]}`, "unknown field"},
		"relative":       {`{"probe":"p"}`, `must be an absolute path without '..', got "p"`},
		"dots":           {`{"probe":"/p/../q"}`, "absolute path"},
		"root directory": {`{"probe":"/p","directories":[{"path":"/","uid":1,"gid":1}]}`, "root directory"},
		"negative":       {`{"probe":"/p","directories":[{"path":"/d","uid":-1,"gid":1}]}`, "-1:1"},
		"no JSON":        {`probe: /p`, "invalid character"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := readPlan(write(t, filepath.Join(t.TempDir(), "plan.json"), c.text, 0o600))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Fatalf("want %q, got %v", c.want, err)
			}
		})
	}
}

func TestShippedPlanIsReadable(t *testing.T) {
	p, err := readPlan("plan/prepare.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Directories) == 0 || len(p.Secrets) == 0 {
		text, _ := json.Marshal(p)
		t.Fatalf("nothing to do: %s", text)
	}
}
