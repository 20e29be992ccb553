package settings

import (
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
)

const defaultServiceName = "websocket-service"

var presetRatios = map[string]float64{"development": 1, "production": 0.1, "collector": 1, "off": 0}

func readTracing(v *variables) Tracing {
	resource := v.resource()
	named := attributeOf(resource, "deployment.environment.name")
	if named == "" {
		named = attributeOf(resource, "deployment.environment")
	}
	nodeEnv := v.text("NODE_ENV", "")
	preset := "development"
	if isProduction(named) || isProduction(nodeEnv) {
		preset = "production"
	}
	environment := preset
	preset = v.oneOf("UAT_TRACING_PRESET", preset, "development", "production", "collector", "off")
	if nodeEnv != "" {
		environment = nodeEnv
	}
	if named != "" {
		environment = named
	}
	ratio, parentBased := presetRatios[preset], true
	if chosen, isParentBased, found := v.sampler(); found && preset != "off" {
		ratio, parentBased = chosen, isParentBased
	}
	delay := 1000
	if preset == "development" {
		delay = 200
	}
	queue := v.number("OTEL_BSP_MAX_QUEUE_SIZE", 32_768, 1, 10_000_000)
	protocol := v.protocol()
	serviceName := attributeOf(resource, "service.name")
	if serviceName == "" {
		serviceName = defaultServiceName
	}
	exported := v.oneOf("OTEL_TRACES_EXPORTER", "otlp", "otlp", "none") == "otlp" && !v.isTrue("OTEL_SDK_DISABLED")
	return Tracing{
		ServiceName:        v.text("OTEL_SERVICE_NAME", serviceName),
		Resource:           resource,
		Environment:        environment,
		Exported:           exported && preset != "off",
		Protocol:           protocol,
		Endpoint:           v.endpoint(protocol),
		Preset:             preset,
		Ratio:              ratio,
		ParentBased:        parentBased,
		MaxAttributeLength: v.attributeLength(),
		FlushTimeout:       v.millis("FLUSH_TIMEOUT_MS", 5_000),
		Batch: Batch{
			MaxQueueSize:  queue,
			MaxQueueBytes: int64(v.number("MAX_QUEUE_BYTES", 40<<20, 64<<10, math.MaxInt32)),
			// The specification: at most the queue's size.
			MaxExportBatchSize: min(queue, v.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512, 1, 10_000_000)),
			ScheduleDelay:      v.millis("OTEL_BSP_SCHEDULE_DELAY", delay),
			ExportTimeout:      v.millis("OTEL_BSP_EXPORT_TIMEOUT", 30_000),
		},
	}
}

func (v *variables) attributeLength() int {
	const ofSpans, ofAll = "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"
	name := ofSpans
	if v.text(ofSpans, "") == "" {
		name = ofAll
	}
	return v.number(name, 1024, 1, 64<<10)
}

// resource of the variables, read as the W3C Baggage format has it.
func (v *variables) resource() []attribute.KeyValue {
	var attributes []attribute.KeyValue
	if environment := v.text("DEPLOYMENT_ENVIRONMENT", ""); environment != "" {
		attributes = append(attributes, attribute.String("deployment.environment.name", environment))
	}
	given := v.text("OTEL_RESOURCE_ATTRIBUTES", "")
	for pair := range strings.SplitSeq(given, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		key, value, found := strings.Cut(pair, "=")
		key = strings.TrimSpace(key)
		decoded, err := url.PathUnescape(strings.TrimSpace(value))
		if !found || key == "" || err != nil {
			// The value may be a secret: the key says enough.
			v.wrong("OTEL_RESOURCE_ATTRIBUTES", key+"=…", "key=value,key2=value2 with values percent-encoded")
			continue
		}
		attributes = append(attributes, attribute.String(key, decoded))
	}
	return attributes
}

// attributeOf the last of the name, as a resource has it.
func attributeOf(attributes []attribute.KeyValue, key attribute.Key) string {
	value := ""
	for _, each := range attributes {
		if each.Key == key {
			value = strings.TrimSpace(each.Value.AsString())
		}
	}
	return value
}

func isProduction(name string) bool {
	return strings.EqualFold(name, "production") || strings.EqualFold(name, "prod")
}

// sampler of OTEL_TRACES_SAMPLER. OTEL_TRACES_SAMPLER_ARG alone does nothing, as in @uat/tracing-sdk.
func (v *variables) sampler() (ratio float64, parentBased, found bool) {
	name := strings.ToLower(v.text("OTEL_TRACES_SAMPLER", ""))
	kind, isParentBased := strings.CutPrefix(name, "parentbased_")
	switch kind {
	case "always_on":
		return 1, isParentBased, true
	case "always_off":
		return 0, isParentBased, true
	case "traceidratio":
		argument := v.text("OTEL_TRACES_SAMPLER_ARG", "1")
		ratio, err := strconv.ParseFloat(argument, 64)
		if err != nil || !(ratio >= 0 && ratio <= 1) {
			v.wrong("OTEL_TRACES_SAMPLER_ARG", argument, "a number from 0 to 1, 0.1 for 10 %")
		}
		return ratio, isParentBased, true
	}
	if name != "" {
		v.wrong("OTEL_TRACES_SAMPLER", name, "always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio")
	}
	return 0, false, false
}

func (v *variables) protocol() Protocol {
	name, value := v.first("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
	switch Protocol(value) {
	case "", GRPC:
		return GRPC
	case HTTPProtobuf:
		return HTTPProtobuf
	}
	v.wrong(name, value, "grpc, http/protobuf")
	return GRPC
}

var hasScheme = regexp.MustCompile(`(?i)^[a-z][a-z0-9+.-]*://`)

func (v *variables) endpoint(protocol Protocol) *url.URL {
	name, given := v.first("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
	example := "http://localhost:4317"
	if protocol == HTTPProtobuf {
		example = "http://localhost:4318"
	}
	text := given
	if given == "" {
		text = example
	} else if !hasScheme.MatchString(given) {
		// The brief's and the specification's host:port. Without a word about it, exporters are secure.
		scheme := "https"
		if v.isTrue("OTEL_EXPORTER_OTLP_TRACES_INSECURE", "OTEL_EXPORTER_OTLP_INSECURE") {
			scheme = "http"
		}
		text = scheme + "://" + given
	}
	parsed, err := url.Parse(text)
	if err != nil || !isHTTP(parsed) || parsed.User != nil {
		v.wrong(name, withoutCredentials(given), "an endpoint such as "+example+" or collector:4317 (http or https, a host, no query, no user: credentials go into OTEL_EXPORTER_OTLP_HEADERS)")
		return nil
	}
	if protocol == HTTPProtobuf && name != "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" {
		parsed.Path = strings.TrimSuffix(strings.TrimRight(parsed.Path, "/"), "/v1/traces") + "/v1/traces"
	}
	return parsed
}
