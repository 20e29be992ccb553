package settings

import (
	"strings"
	"testing"
	"time"
)

func read(t *testing.T, variables map[string]string) (*Settings, error) {
	t.Helper()
	return Read(func(name string) (string, bool) { value, found := variables[name]; return value, found })
}

func TestDefaults(t *testing.T) {
	s, err := read(t, map[string]string{"OTEL_SERVICE_NAME": "", "PORT": " "})
	if err != nil {
		t.Fatal(err)
	}
	if s.Host != "127.0.0.1" || s.Port != 8080 || s.Router.URL.String() != "http://127.0.0.1:8001" || s.Socket.MaxMessageBytes != 65536 || s.Socket.MaxInFlight != 8 ||
		s.Socket.PingInterval != 20*time.Second || s.Socket.PongTimeout != 10*time.Second || s.Socket.WriteTimeout != 5*time.Second ||
		strings.Join(s.Socket.AllowedOrigins, " ") != "http://localhost:8000 http://127.0.0.1:8000" {
		t.Errorf("%+v", s)
	}
	tracing := s.Tracing
	if tracing.ServiceName != "websocket-service" || tracing.Protocol != GRPC || tracing.Endpoint.String() != "http://localhost:4317" || !tracing.Exported ||
		tracing.Preset != "development" || tracing.Ratio != 1 || !tracing.ParentBased || tracing.Batch.MaxQueueSize != 32768 || tracing.Batch.ScheduleDelay != 200*time.Millisecond || tracing.MaxAttributeLength != 1024 {
		t.Errorf("%+v", tracing)
	}
}

func TestEndpoints(t *testing.T) {
	const endpoint, traces, insecure, protocol = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_INSECURE", "OTEL_EXPORTER_OTLP_PROTOCOL"
	for _, each := range []struct {
		variables map[string]string
		want      string
	}{
		{map[string]string{endpoint: "otel-collector:4317", insecure: "true"}, "http://otel-collector:4317"},
		{map[string]string{endpoint: "otel-collector:4317"}, "https://otel-collector:4317"},
		{map[string]string{endpoint: "127.0.0.1:4317", insecure: "True"}, "http://127.0.0.1:4317"},
		{map[string]string{endpoint: "[::1]:4317", insecure: "true"}, "http://[::1]:4317"},
		{map[string]string{endpoint: "http://otel-collector:4317"}, "http://otel-collector:4317"},
		{map[string]string{endpoint: "https://otel-collector:4317", insecure: "true"}, "https://otel-collector:4317"},
		{map[string]string{endpoint: "http://a:4317", traces: "http://b:4317"}, "http://b:4317"},
		{map[string]string{protocol: "http/protobuf"}, "http://localhost:4318/v1/traces"},
		{map[string]string{protocol: "http/protobuf", endpoint: "http://c:4318/base/"}, "http://c:4318/base/v1/traces"},
		{map[string]string{protocol: "http/protobuf", endpoint: "c:4318", insecure: "true"}, "http://c:4318/v1/traces"},
		{map[string]string{protocol: "http/protobuf", traces: "http://c:4318/as/it/is"}, "http://c:4318/as/it/is"},
	} {
		s, err := read(t, each.variables)
		if err != nil || s.Tracing.Endpoint.String() != each.want {
			t.Errorf("%v: %v (%v)", each.variables, s, err)
		}
	}
}

func TestSampling(t *testing.T) {
	for _, each := range []struct {
		variables   map[string]string
		preset      string
		ratio       float64
		parentBased bool
	}{
		{map[string]string{"DEPLOYMENT_ENVIRONMENT": "production"}, "production", 0.1, true},
		{map[string]string{"DEPLOYMENT_ENVIRONMENT": "staging"}, "development", 1, true},
		{map[string]string{"NODE_ENV": "Prod"}, "production", 0.1, true},
		{map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "a=b,deployment.environment.name=production"}, "production", 0.1, true},
		{map[string]string{"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=prod"}, "production", 0.1, true},
		{map[string]string{"UAT_TRACING_PRESET": "collector", "NODE_ENV": "production"}, "collector", 1, true},
		{map[string]string{"UAT_TRACING_PRESET": "off", "OTEL_TRACES_SAMPLER": "always_on"}, "off", 0, true},
		{map[string]string{"OTEL_TRACES_SAMPLER_ARG": "0.3"}, "development", 1, true},
		{map[string]string{"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.3"}, "development", 0.3, false},
		{map[string]string{"OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}, "development", 1, true},
		{map[string]string{"OTEL_TRACES_SAMPLER": "parentbased_always_off"}, "development", 0, true},
	} {
		s, err := read(t, each.variables)
		if err != nil || s.Tracing.Preset != each.preset || s.Tracing.Ratio != each.ratio || s.Tracing.ParentBased != each.parentBased {
			t.Errorf("%v: %+v (%v)", each.variables, s, err)
		}
	}
}

func TestBadSettingsAreNamed(t *testing.T) {
	for _, each := range []struct{ name, value, says string }{
		{"PORT", "x", `PORT is "x"; allowed is a whole number from 0 to 65535`},
		{"PORT", "65536", "65536"}, {"PORT", "-1", "-1"}, {"PORT", "80.5", "80.5"},
		{"MAX_CONNECTIONS", "0", "from 1 to"}, {"PING_INTERVAL_MS", "9999999999", "from 1 to 3600000"},
		{"LOG_LEVEL", "loud", "debug, info, warn, error"},
		{"ROUTER_URL", "router:8001", "a URL such as"}, {"ROUTER_URL", "ftp://x", "http or https"}, {"ROUTER_URL", "http://", "a host"},
		{"ALLOWED_ORIGINS", "*", "scheme, host, port"}, {"ALLOWED_ORIGINS", "http://a/path", "no path"}, {"ALLOWED_ORIGINS", "http://*.a.org", "no *"},
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://:4317", "a host"}, {"OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://x:1", "http or https"}, {"OTEL_EXPORTER_OTLP_ENDPOINT", "x:99999", "an endpoint such as"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "grpc, http/protobuf"},
		{"OTEL_TRACES_EXPORTER", "zipkin", "otlp, none"},
		{"OTEL_TRACES_SAMPLER", "jaeger_remote", "always_on"},
		{"UAT_TRACING_PRESET", "prod", "development, production, collector, off"},
		{"OTEL_RESOURCE_ATTRIBUTES", "a", "key=value"}, {"OTEL_RESOURCE_ATTRIBUTES", "a=%zz", "percent-encoded"},
		{"OTEL_BSP_MAX_QUEUE_SIZE", "0", "from 1 to"}, {"MAX_QUEUE_BYTES", "1", "from 65536 to"},
		{"MAX_CONNECTIONS_PER_ADDRESS", "0", "from 1 to"}, {"MAX_BYTES_UNDER_WAY", "1k", "from 262144 to"}, {"MAX_BYTES_UNDER_WAY", "300000", "at least 4472832"},
		{"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "none", "from 1 to"}, {"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "0", "from 1 to"},
	} {
		_, err := read(t, map[string]string{each.name: each.value})
		if err == nil || !strings.HasPrefix(err.Error(), each.name+" is ") || !strings.Contains(err.Error(), each.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s=%s: %v", each.name, each.value, err)
		}
	}
	// A message that never fits would be refused for ever.
	_, err := read(t, map[string]string{"MAX_MESSAGE_BYTES": "16777216"})
	if err == nil || !strings.Contains(err.Error(), `MAX_BYTES_UNDER_WAY is "41943040"; allowed is at least 201326592, for the largest message`) {
		t.Errorf("%v", err)
	}
	_, err = read(t, map[string]string{"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "NaN"})
	if err == nil || !strings.Contains(err.Error(), `OTEL_TRACES_SAMPLER_ARG is "NaN"; allowed is a number from 0 to 1`) {
		t.Errorf("%v", err)
	}
}

func TestBytesUnderWay(t *testing.T) {
	const all, message, answer, connections, perAddress = "MAX_BYTES_UNDER_WAY", "MAX_MESSAGE_BYTES", "ROUTER_MAX_ANSWER_BYTES", "MAX_CONNECTIONS", "MAX_CONNECTIONS_PER_ADDRESS"
	for _, each := range []struct {
		variables map[string]string
		// of one address; 0 for a setting that is refused.
		want int64
	}{
		{map[string]string{}, 10 << 20},
		{map[string]string{perAddress: "1000"}, 40 << 20 * 1000 / 1024},
		{map[string]string{perAddress: "2048"}, 40 << 20},
		{map[string]string{perAddress: "1000000"}, 40 << 20},
		// The largest of both fits: 4 * 65536 + 16384 + 4 * 1048576.
		{map[string]string{perAddress: "1"}, 4_472_832},
		{map[string]string{all: "4472832"}, 4_472_832},
		{map[string]string{all: "4472831"}, 0},
		{map[string]string{all: "1000000", answer: "200000"}, 0},
		{map[string]string{all: "1078528", answer: "200000"}, 1_078_528},
		{map[string]string{all: "786432", answer: "1000"}, 786_432},
		{map[string]string{all: "786431", answer: "1000"}, 0},
		{map[string]string{all: "3000000", answer: "1000", connections: "4", perAddress: "1"}, 1_500_000},
	} {
		s, err := read(t, each.variables)
		switch {
		case each.want == 0 && (err == nil || !strings.HasPrefix(err.Error(), all+" is ")):
			t.Errorf("%v: %v", each.variables, err)
		case each.want != 0 && (err != nil || s.Socket.MaxBytesUnderWayPerAddress != each.want):
			t.Errorf("%v: %+v (%v)", each.variables, s, err)
		}
	}
}

func TestNoErrorShowsASecret(t *testing.T) {
	for name, value := range map[string]string{
		"ROUTER_URL": "http://anna:hunter22@router:8001", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://anna:hunter22@collector:4317?token=hunter22",
		"ALLOWED_ORIGINS": "http://anna:hunter22@x", "OTEL_RESOURCE_ATTRIBUTES": "password=%zzhunter22",
		"LOG_LEVEL": strings.Repeat("a", 50) + " postgres://user:hunter22secret@db/x",
	} {
		if _, err := read(t, map[string]string{name: value}); err == nil || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
