// Package settings reads what can be set from outside. Every setting is declared and documented here, and nowhere else.
package settings

import (
	"fmt"
	"math"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/attribute"
)

// Settings of the service.
type Settings struct {
	// HOST, default 127.0.0.1: the address to listen on. In the image 0.0.0.0.
	Host string
	// PORT, default 8080: 0 takes a free one.
	Port int
	// LOG_LEVEL, default info: debug, info, warn or error.
	LogLevel string
	// HEADER_TIMEOUT_MS, default 5000: for the head of an HTTP request, so that slow heads do not pile up.
	HeaderTimeout time.Duration
	// SHUTDOWN_TIMEOUT_MS, default 15000: after SIGTERM, for messages under way and closing handshakes.
	ShutdownTimeout time.Duration

	Router  Router
	Socket  Socket
	Tracing Tracing
}

// Router settings.
type Router struct {
	// ROUTER_URL, default http://127.0.0.1:8001: the LLM router.
	URL *url.URL
	// ROUTER_MAX_CONNECTIONS, default 256: to the router; messages beyond wait for one, within MESSAGE_TIMEOUT_MS.
	MaxConnections int
	// ROUTER_MAX_ANSWER_BYTES, default 1048576: a larger answer of the router is refused.
	MaxAnswerBytes int64
}

// Socket settings: who may connect, and the bounds of connections and messages.
//
// The defaults fit into the 256 MiB of the reference stack. In use at the worst, to which GOMEMLIMIT=200MiB adds 8 MiB that are
// not collected yet, and the program its own pages:
//
//	 80 MiB  MAX_CONNECTIONS of 40 KiB: 25 KiB measured (15 heap, 10 stacks), and refusals in the queue
//	 40 MiB  MAX_BYTES_UNDER_WAY
//	 40 MiB  MAX_QUEUE_BYTES
//	 16 MiB  four batches of 1 MiB being exported: masked, as messages, encoded
//	 16 MiB  the program, connections to the router, heads of requests
//	192 MiB
type Socket struct {
	// ALLOWED_ORIGINS, default http://localhost:8000,http://127.0.0.1:8000: pages that may open /ws, comma-separated
	// scheme://host[:port]. A request without Origin comes from no browser and is accepted.
	AllowedOrigins []string
	// MAX_CONNECTIONS, default 2048 WebSocket connections: further ones get 503.
	MaxConnections int
	// MAX_CONNECTIONS_PER_ADDRESS, default 256 of one client address (IPv6: of one /64 network): further ones get 429. The
	// loopback counts like any other. Behind a proxy, or a port that Docker publishes, all may have its address:
	// MAX_CONNECTIONS there.
	MaxConnectionsPerAddress int
	// MAX_BYTES_UNDER_WAY, default 41943040 (40 MiB): memory of all messages of all connections, from their first byte to the
	// last one of their answer. A message counts four times its size, one to be completed 16 KiB more, and four times what the
	// router answers. One for which there is no room is answered with the error busy, and the last quarter is for answers. At
	// least 12 times MAX_MESSAGE_BYTES, and four times it and ROUTER_MAX_ANSWER_BYTES together and 16 KiB: the largest message
	// fits together with the largest answer when nothing else is there.
	MaxBytesUnderWay int64
	// What the connections of one client address may have of it: twice the share that they may have of all connections, a quarter
	// with the defaults, all of it where MAX_CONNECTIONS_PER_ADDRESS is half of MAX_CONNECTIONS or more; and one largest message
	// with its answer in any case.
	MaxBytesUnderWayPerAddress int64
	// MAX_MESSAGE_BYTES, default 65536: a larger message closes its connection with 1009.
	MaxMessageBytes int64
	// MAX_IN_FLIGHT, default 8 messages of one connection: a further one is answered with the error busy.
	MaxInFlight int
	// SEND_QUEUE_SIZE, default 16 answers of one connection that wait for its client to read. When there is no room for
	// WRITE_TIMEOUT_MS, the connection is closed with 1008.
	SendQueueSize int
	// MAX_BAD_MESSAGES, default 16 in a row: then the connection is closed with 1008.
	MaxBadMessages int
	// MESSAGE_TIMEOUT_MS, default 30000: from a message to its whole answer, the error timeout afterwards; and from the first
	// byte of a message to its last, the connection is closed with 1008 afterwards.
	MessageTimeout time.Duration
	// PING_INTERVAL_MS, default 20000: between two pings of an open connection.
	PingInterval time.Duration
	// PONG_TIMEOUT_MS, default 10000: a connection without a pong for so long is closed with 1008.
	PongTimeout time.Duration
	// WRITE_TIMEOUT_MS, default 5000: for one WebSocket message to be taken by the client.
	WriteTimeout time.Duration
}

// Tracing settings. The OTEL_ variables are the standard's, UAT_TRACING_PRESET is that of @uat/tracing-sdk.
type Tracing struct {
	// OTEL_SERVICE_NAME, else service.name of OTEL_RESOURCE_ATTRIBUTES, default websocket-service.
	ServiceName string
	// OTEL_RESOURCE_ATTRIBUTES, default none: key=value,key2=value2, percent-encoded. DEPLOYMENT_ENVIRONMENT adds
	// deployment.environment.name.
	Resource []attribute.KeyValue
	// What the environment calls itself: deployment.environment.name, else NODE_ENV, else by the preset. For the log.
	Environment string

	// OTEL_SDK_DISABLED=true or OTEL_TRACES_EXPORTER=none (default otlp): nothing is exported, context still travels.
	Exported bool
	// OTEL_EXPORTER_OTLP_[TRACES_]PROTOCOL, default grpc; or http/protobuf. Headers, time-out, compression and
	// certificates: the exporters read OTEL_EXPORTER_OTLP_[TRACES_]{HEADERS,TIMEOUT,COMPRESSION,CERTIFICATE} themselves.
	Protocol Protocol
	// OTEL_EXPORTER_OTLP_[TRACES_]ENDPOINT, default http://localhost:4317 (http/protobuf: 4318). Without a scheme
	// (collector:4317) it is TLS, unless OTEL_EXPORTER_OTLP_[TRACES_]INSECURE=true. With http/protobuf, /v1/traces is
	// added to the general variable.
	Endpoint *url.URL

	// UAT_TRACING_PRESET: development (every trace), production (10 % of new traces), collector (everything is sent, a
	// collector decides) or off. Default: production where DEPLOYMENT_ENVIRONMENT, NODE_ENV or the resource's
	// deployment.environment.name says production or prod, else development.
	Preset string
	// OTEL_TRACES_SAMPLER with OTEL_TRACES_SAMPLER_ARG, default the preset's: share of new traces that are kept, 0 to 1.
	Ratio float64
	// Whether a caller's decision is followed; only the samplers of OTEL_TRACES_SAMPLER without parentbased_ do not.
	ParentBased bool

	// OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT, else OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT, default 1024 characters (the standard's
	// is none): longer texts of attributes are cut, without a mark, as the standard has it, when secrets in them have been masked.
	MaxAttributeLength int

	Batch Batch
	// FLUSH_TIMEOUT_MS, default 5000: for the spans still queued when the program ends.
	FlushTimeout time.Duration
}

// Batch settings: how ended spans are kept and delivered.
type Batch struct {
	// OTEL_BSP_MAX_QUEUE_SIZE, default 32768 spans (the standard's is 2048), those being exported included: further ones are
	// dropped, counted and said.
	MaxQueueSize int
	// MAX_QUEUE_BYTES, default 41943040 (40 MiB) of memory for the same spans, some 11000 usual ones: as above.
	MaxQueueBytes int64
	// OTEL_BSP_MAX_EXPORT_BATCH_SIZE, default 512 spans.
	MaxExportBatchSize int
	// OTEL_BSP_SCHEDULE_DELAY, default 1000 ms, 200 with the preset development: that a span waits at most for its batch to
	// be full.
	ScheduleDelay time.Duration
	// OTEL_BSP_EXPORT_TIMEOUT, default 30000 ms: for one attempt to deliver a batch.
	ExportTimeout time.Duration
}

// Protocol of OTLP.
type Protocol string

const (
	GRPC         Protocol = "grpc"
	HTTPProtobuf Protocol = "http/protobuf"
)

// Read settles everything from the variables that lookup knows (os.LookupEnv). The error names the variable, its value
// and what is allowed. An empty variable counts as not set, as OpenTelemetry's specification asks.
func Read(lookup func(string) (string, bool)) (*Settings, error) {
	v := &variables{lookup: lookup}
	s := &Settings{
		Host:            v.text("HOST", "127.0.0.1"),
		Port:            v.number("PORT", 8080, 0, 65535),
		LogLevel:        v.oneOf("LOG_LEVEL", "info", "debug", "info", "warn", "error"),
		HeaderTimeout:   v.millis("HEADER_TIMEOUT_MS", 5_000),
		ShutdownTimeout: v.millis("SHUTDOWN_TIMEOUT_MS", 15_000),
		Router: Router{
			URL:            v.httpURL("ROUTER_URL", "http://127.0.0.1:8001"),
			MaxConnections: v.number("ROUTER_MAX_CONNECTIONS", 256, 1, 65535),
			MaxAnswerBytes: int64(v.number("ROUTER_MAX_ANSWER_BYTES", 1<<20, 1, 64<<20)),
		},
		Socket: Socket{
			AllowedOrigins:           v.origins("ALLOWED_ORIGINS", "http://localhost:8000,http://127.0.0.1:8000"),
			MaxConnections:           v.number("MAX_CONNECTIONS", 2048, 1, 1_000_000),
			MaxConnectionsPerAddress: v.number("MAX_CONNECTIONS_PER_ADDRESS", 256, 1, 1_000_000),
			MaxBytesUnderWay:         int64(v.number("MAX_BYTES_UNDER_WAY", 40<<20, 256<<10, math.MaxInt32)),
			MaxMessageBytes:          int64(v.number("MAX_MESSAGE_BYTES", 64<<10, 1, 16<<20)),
			MaxInFlight:              v.number("MAX_IN_FLIGHT", 8, 1, 1024),
			SendQueueSize:            v.number("SEND_QUEUE_SIZE", 16, 1, 4096),
			MaxBadMessages:           v.number("MAX_BAD_MESSAGES", 16, 1, 1_000_000),
			MessageTimeout:           v.millis("MESSAGE_TIMEOUT_MS", 30_000),
			PingInterval:             v.millis("PING_INTERVAL_MS", 20_000),
			PongTimeout:              v.millis("PONG_TIMEOUT_MS", 10_000),
			WriteTimeout:             v.millis("WRITE_TIMEOUT_MS", 5_000),
		},
		Tracing: readTracing(v),
	}
	least := leastBytesUnderWay(s.Socket.MaxMessageBytes, s.Router.MaxAnswerBytes)
	if s.Socket.MaxBytesUnderWay < least {
		v.wrong("MAX_BYTES_UNDER_WAY", fmt.Sprint(s.Socket.MaxBytesUnderWay),
			fmt.Sprintf("at least %d, for the largest message and the largest answer that MAX_MESSAGE_BYTES and ROUTER_MAX_ANSWER_BYTES allow", least))
	}
	s.Socket.MaxBytesUnderWayPerAddress = bytesPerAddress(s.Socket, least)
	if v.err != nil {
		return nil, v.err
	}
	return s, nil
}
