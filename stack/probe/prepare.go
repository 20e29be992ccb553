package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// prepareFromFile carries out the plan in file. Doing it again changes nothing. A step that fails does not keep the others
// from being tried: the error names all that failed.
func prepareFromFile(file string, out io.Writer) error {
	p, err := readPlan(file)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return p.carryOut(self, out)
}

func (p plan) carryOut(self string, out io.Writer) error {
	var errs []error
	say := func(err error, format string, args ...any) {
		if err != nil {
			errs = append(errs, err)
			return
		}
		fmt.Fprintf(out, format+"\n", args...)
	}
	say(copyFile(self, p.Probe, 0o555, -1, -1), "%s: in place", p.Probe)
	for _, d := range p.Directories {
		changed, err := handOver(d)
		if changed {
			say(err, "%s: now of %d:%d", d.Path, d.UID, d.GID)
		} else {
			say(err, "%s: is of %d:%d", d.Path, d.UID, d.GID)
		}
	}
	for _, s := range p.Secrets {
		handed, err := handOut(s)
		if handed {
			say(err, "%s: for %d:%d alone", s.To, s.UID, s.GID)
		} else {
			say(err, "%s: not made, not needed", s.From)
		}
	}
	return errors.Join(errs...)
}

// handOver makes everything in a directory belong to its user. The directory itself comes last: while it is not theirs, an
// earlier run was cut short and there is work left. When it is, large volumes are not walked at every start.
func handOver(d ownedDirectory) (changed bool, err error) {
	info, err := os.Lstat(d.Path)
	if err != nil {
		return false, err
	}
	if !info.IsDir() {
		return false, fmt.Errorf("%s is not a directory", d.Path)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if ok && int(stat.Uid) == d.UID && int(stat.Gid) == d.GID {
		return false, nil
	}
	err = filepath.WalkDir(d.Path, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == d.Path {
			return nil
		}
		// Not Chown: a link must not lead out of the volume.
		return os.Lchown(path, d.UID, d.GID)
	})
	if err != nil {
		return false, err
	}
	return true, os.Lchown(d.Path, d.UID, d.GID)
}

// handOut copies a secret to where one user, and nobody else, may read it. One that is not there and need not be is taken
// away there too.
func handOut(s ownedSecret) (handed bool, err error) {
	info, err := os.Stat(s.From)
	switch {
	case errors.Is(err, fs.ErrNotExist) && s.Optional:
		if err := os.Remove(s.To); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
		return false, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("%s is missing: generate-secrets.sh makes it", s.From)
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%s is not a file", s.From)
	case info.Size() == 0:
		return false, fmt.Errorf("%s is empty: delete it, and generate-secrets.sh makes a new one", s.From)
	}
	err = copyFile(s.From, s.To, 0o400, s.UID, s.GID)
	if errors.Is(err, fs.ErrPermission) {
		return false, fmt.Errorf("%w (an engine with userns-remap cannot read your files: see \"Services do not start\" in the README)", err)
	}
	return err == nil, err
}

// copyFile replaces `to` in one step, so that who reads it sees the old or the new content and a program that is running
// keeps its own. Owner -1 leaves it as it is.
func copyFile(from, to string, mode fs.FileMode, uid, gid int) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.CreateTemp(filepath.Dir(to), ".new-")
	if err != nil {
		return err
	}
	defer func() {
		target.Close()
		if err != nil {
			os.Remove(target.Name())
		}
	}()
	if _, err = io.Copy(target, source); err != nil {
		return err
	}
	// The mode before the owner: changing the mode of a stranger's file takes one capability more.
	if err = target.Chmod(mode); err != nil {
		return err
	}
	if err = target.Chown(uid, gid); err != nil {
		return err
	}
	if err = target.Sync(); err != nil {
		return err
	}
	return os.Rename(target.Name(), to)
}
