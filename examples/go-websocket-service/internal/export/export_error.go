package export

import (
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// classify what an exporter has returned.
//
// rejected is the number of spans of a batch that was taken in part, -1 when it is no such answer. permanent says that
// trying again cannot help: https://opentelemetry.io/docs/specs/otlp/#failures, the same table for gRPC and HTTP.
func classify(err error) (rejected int, permanent bool) {
	if err == nil {
		return 0, false
	}
	// The exporters' own types are internal to them; their texts are part of the pinned version, and tested.
	if _, after, found := strings.Cut(err.Error(), "OTLP partial success:"); found {
		if _, count, found := strings.Cut(after, "("); found {
			_, _ = fmt.Sscanf(count, "%d", &rejected)
		}
		return rejected, false
	}
	if answer, isStatus := status.FromError(err); isStatus {
		switch answer.Code() {
		case codes.Canceled, codes.DeadlineExceeded, codes.Aborted, codes.OutOfRange, codes.Unavailable, codes.DataLoss:
			return -1, false
		case codes.ResourceExhausted:
			for _, detail := range answer.Details() {
				if _, hasRecovery := detail.(*errdetails.RetryInfo); hasRecovery {
					return -1, false
				}
			}
		}
		return -1, true
	}
	// The HTTP exporter's text for a status that is not to be tried again; connection errors have another one.
	return -1, strings.Contains(err.Error(), "failed to send to ") || strings.Contains(err.Error(), "too large: exceeded")
}
