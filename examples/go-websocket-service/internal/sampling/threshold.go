// Package sampling decides which traces are kept, and writes into the tracestate (ot=th:…) how many each kept one stands
// for: https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/. The same decisions as those of
// @uat/tracing-sdk, packages/tracing-sdk/src/sampling.
package sampling

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// thresholdDigits of a whole threshold and of rv: 56 bits.
const thresholdDigits = 14

const twoPow56 = 1 << 56

// Threshold is the rejection threshold of 56 bits: a trace is kept when its random bits are at or above it.
type Threshold uint64

// ThresholdOf a ratio above 0 and up to 1. Ratios below 2^-53 count as 2^-53: 1-ratio is a multiple of it.
func ThresholdOf(ratio float64) (Threshold, error) {
	if !(ratio > 0 && ratio <= 1) {
		return 0, fmt.Errorf("a threshold exists for ratios above 0 and up to 1, not for %v", ratio)
	}
	return Threshold(min(uint64((1-ratio)*twoPow56), twoPow56-8)), nil
}

// String gives the digits of th: trailing zeros are cut, and 0 is "0".
func (t Threshold) String() string {
	digits := strings.TrimRight(fmt.Sprintf("%0*x", thresholdDigits, uint64(t)), "0")
	if digits == "" {
		return "0"
	}
	return digits
}

// Probability of a trace to be kept under it, 2^-56 to 1.
func (t Threshold) Probability() float64 {
	return float64(twoPow56-uint64(t)) * math.Pow(2, -56)
}

// parseThreshold of th: 1 to 14 hex digits, lower case only (spec).
func parseThreshold(digits string) (Threshold, bool) {
	if len(digits) == 0 || len(digits) > thresholdDigits || !isLowerHex(digits) {
		return 0, false
	}
	bits, err := strconv.ParseUint(digits+strings.Repeat("0", thresholdDigits-len(digits)), 16, 64)
	return Threshold(bits), err == nil
}

// randomness of a trace, 56 bits.
type randomness uint64

// parseRandomness of rv: exactly 14 hex digits, lower case only (spec).
func parseRandomness(digits string) (randomness, bool) {
	if len(digits) != thresholdDigits || !isLowerHex(digits) {
		return 0, false
	}
	bits, err := strconv.ParseUint(digits, 16, 64)
	return randomness(bits), err == nil
}

// randomnessOf a trace id: its last 56 bits.
func randomnessOf(id trace.TraceID) randomness {
	return randomness(binary.BigEndian.Uint64(id[8:]) & (twoPow56 - 1))
}

func (r randomness) reaches(t Threshold) bool {
	return uint64(r) >= uint64(t)
}

func isLowerHex(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
