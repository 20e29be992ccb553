package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"uat-tracing.example/websocket-service/internal/otlptest"
	"uat-tracing.example/websocket-service/internal/routertest"
)

// runAsProgram makes this test's binary the program itself.
const runAsProgram = "WEBSOCKET_SERVICE_TEST_RUN"

func TestMain(m *testing.M) {
	if os.Getenv(runAsProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program in a process of its own, with these variables alone.
func program(t *testing.T, variables ...string) (command *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	command = exec.Command(os.Args[0])
	command.Env = append([]string{runAsProgram + "=1"}, variables...)
	stderr = &bytes.Buffer{}
	command.Stderr = stderr
	t.Cleanup(func() {
		if command.ProcessState == nil && command.Process != nil {
			_ = command.Process.Kill()
			_ = command.Wait()
		}
	})
	return command, stderr
}

func TestABadSettingEndsItWith2(t *testing.T) {
	command, stderr := program(t, "PORT=eighty")
	_ = command.Run()
	if got := command.ProcessState.ExitCode(); got != 2 || stderr.String() != "websocket-service: PORT is \"eighty\"; allowed is a whole number from 0 to 65535\n" {
		t.Errorf("%d %s", got, stderr)
	}
}

func TestAnAddressThatIsTakenEndsItWith1(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	command, stderr := program(t, "PORT="+port, "OTEL_TRACES_EXPORTER=none")
	_ = command.Run()
	if got := command.ProcessState.ExitCode(); got != 1 || !strings.Contains(stderr.String(), "cannot listen on HOST 127.0.0.1, PORT "+port) || strings.Count(stderr.String(), "\n") != 1 {
		t.Errorf("%d %s", got, stderr)
	}
}

// The whole program as the README starts it: its lines, an answer, SIGTERM with a connection open, every span delivered.
func TestSIGTERM(t *testing.T) {
	router := routertest.Start(t)
	receiver, address := otlptest.StartGRPC(t)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		before := len(receiver.Spans())
		command, stderr := program(t, "PORT=0", "ROUTER_URL="+router.URL, "OTEL_EXPORTER_OTLP_ENDPOINT="+address, "OTEL_EXPORTER_OTLP_INSECURE=true",
			// Longer than the test: what arrives has been flushed.
			"OTEL_BSP_SCHEDULE_DELAY=600000")
		stdout, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(stdout)
		initialized := lineWith(t, lines, "tracing initialized")
		if initialized["endpoint"] != "http://"+address || initialized["protocol"] != "grpc" || initialized["environment"] != "development" || initialized["level"] != "info" {
			t.Errorf("%v", initialized)
		}
		url := lineWith(t, lines, "listening")["url"].(string)
		socket, _, err := websocket.Dial(t.Context(), url+"/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := socket.Write(t.Context(), websocket.MessageText, []byte(`{"type":"complete","id":"x","prompt":"a"}`)); err != nil {
			t.Fatal(err)
		}
		if _, data, err := socket.Read(t.Context()); err != nil || !strings.Contains(string(data), `"type":"completion"`) {
			t.Errorf("%s %v", data, err)
		}
		began := time.Now()
		_ = command.Process.Signal(signal)
		if _, _, err := socket.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("%v", err)
		}
		stopped := lineWith(t, lines, "stopped")
		if stopped["spans_exported"] != 4. || stopped["spans_dropped"] != 0. {
			t.Errorf("%v", stopped)
		}
		if err := command.Wait(); err != nil || stderr.Len() > 0 || time.Since(began) > 10*time.Second {
			t.Errorf("%v after %v, %s", err, time.Since(began), stderr)
		}
		if got := len(receiver.Spans()) - before; got != 4 {
			t.Errorf("%d spans", got)
		}
	}
}

func lineWith(t *testing.T, lines *bufio.Scanner, msg string) map[string]any {
	t.Helper()
	for lines.Scan() {
		var line map[string]any
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("no JSON: %s", lines.Text())
		}
		if line["msg"] == msg {
			return line
		}
	}
	t.Fatalf("no line %q", msg)
	return nil
}
