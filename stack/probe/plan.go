package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A plan is what `probe prepare` does. Paths are absolute.
type plan struct {
	// Where a copy of this program goes, for the health checks of the other services.
	Probe string `json:"probe"`
	// Volumes whose content belongs to one user.
	Directories []ownedDirectory `json:"directories"`
	// Files that only their user may read.
	Secrets []ownedSecret `json:"secrets"`
}

type ownedDirectory struct {
	Path string `json:"path"`
	UID  int    `json:"uid"`
	GID  int    `json:"gid"`
}

type ownedSecret struct {
	From string `json:"from"`
	To   string `json:"to"`
	UID  int    `json:"uid"`
	GID  int    `json:"gid"`
	// No failure when it is not there: the operator makes it, or does without.
	Optional bool `json:"optional"`
}

// readPlan refuses what it does not know, so that a typing mistake is not a volume left alone.
func readPlan(file string) (plan, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return plan{}, err
	}
	var p plan
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return plan{}, fmt.Errorf("%s: %w", file, err)
	}
	if err := p.validate(); err != nil {
		return plan{}, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

func (p plan) validate() error {
	var errs []error
	check := func(what, path string) {
		if !filepath.IsAbs(path) || filepath.Clean(path) != path {
			errs = append(errs, fmt.Errorf("%s must be an absolute path without '..', got %q", what, path))
		}
	}
	check("probe", p.Probe)
	for _, d := range p.Directories {
		check("directories.path", d.Path)
		if d.Path == "/" {
			errs = append(errs, errors.New("directories.path must not be the root directory"))
		}
		errs = append(errs, checkOwner(d.Path, d.UID, d.GID))
	}
	for _, s := range p.Secrets {
		check("secrets.from", s.From)
		check("secrets.to", s.To)
		errs = append(errs, checkOwner(s.To, s.UID, s.GID))
	}
	return errors.Join(errs...)
}

func checkOwner(path string, uid, gid int) error {
	if uid < 0 || gid < 0 {
		return fmt.Errorf("%s: uid and gid must not be negative, got %d:%d", path, uid, gid)
	}
	return nil
}
