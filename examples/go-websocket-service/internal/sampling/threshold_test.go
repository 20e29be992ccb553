package sampling

import (
	"fmt"
	"math"
	"testing"
)

func TestThresholdOf(t *testing.T) {
	for _, each := range []struct {
		ratio float64
		want  string
	}{
		{1, "0"}, {0.5, "8"}, {0.25, "c"}, {0.125, "e"}, {0.0625, "f"}, {0.1, "e6666666666668"}, {15. / 16, "1"},
		{1 - math.Pow(2, -8), "01"}, {math.Pow(2, -52), "fffffffffffff"}, {math.Pow(2, -53), "fffffffffffff8"}, {1e-300, "fffffffffffff8"},
	} {
		threshold, err := ThresholdOf(each.ratio)
		if err != nil || threshold.String() != each.want {
			t.Errorf("%v: %s (%v), not %s", each.ratio, threshold, err, each.want)
		}
		if got := threshold.Probability(); math.Abs(got-max(each.ratio, math.Pow(2, -53))) > math.Pow(2, -54) {
			t.Errorf("%v comes back as probability %v", each.ratio, got)
		}
	}
	for _, ratio := range []float64{0, -0.1, 1.0001, math.NaN(), math.Inf(1)} {
		if _, err := ThresholdOf(ratio); err == nil {
			t.Errorf("%v is accepted", ratio)
		}
	}
}

// The table of "Converting floating-point probability to threshold value" in the specification.
func TestThresholdsOfTheSpecification(t *testing.T) {
	for _, each := range []struct {
		oneIn       float64
		th          string
		probability float64
	}{
		{1, "0", 1}, {2, "8", 0.5},
		{3, "aab", 0.333251953125}, {3, "aaab", 0.3333282470703125}, {3, "aaaab", 0.33333301544189453},
		{4, "c", 0.25}, {5, "ccd", 0.199951171875}, {5, "cccd", 0.1999969482421875}, {5, "ccccd", 0.19999980926513672}, {8, "e", 0.125},
		{10, "e66", 0.10009765625}, {10, "e666", 0.100006103515625}, {10, "e6666", 0.10000038146972656}, {16, "f", 0.0625},
		{100, "fd71", 0.0099945068359375}, {100, "fd70a", 0.010000228881835938}, {100, "fd70a4", 0.009999990463256836},
		{1000, "ffbe7", 0.0010004043579101562}, {1000, "ffbe77", 0.0009999871253967285}, {1000, "ffbe76d", 0.000999998301267624},
		{1e6, "ffffef4", 9.98377799987793e-7}, {1e6, "ffffef39", 1.00000761449337e-6}, {1e6, "ffffef391", 9.999930625781417e-7},
	} {
		threshold, valid := parseThreshold(each.th)
		if !valid || threshold.Probability() != each.probability || threshold.String() != each.th {
			t.Errorf("%s: %v, %v, written %s", each.th, valid, threshold.Probability(), threshold)
		}
		ours, _ := ThresholdOf(1 / each.oneIn)
		step := uint64(1) << (4 * (thresholdDigits - len(each.th)))
		if distance := max(ours, threshold) - min(ours, threshold); uint64(distance) > step/2 {
			t.Errorf("1 in %v: %s is not our threshold %s at its precision", each.oneIn, each.th, ours)
		}
	}
}

func TestReaches(t *testing.T) {
	for _, each := range []struct {
		rv, th string
		want   bool
	}{
		// The specification's example of rv: kept for thresholds up to 6e6d1a75832a2f.
		{"6e6d1a75832a2f", "6e6d1a75832a2f", true}, {"6e6d1a75832a2f", "6e6d1a75832a3", false}, {"6e6d1a75832a2f", "0", true},
		{"6e6d1a75832a2f", "8", false}, {"9b8233f7e3a151", "8", true}, {"00000000000000", "0", true}, {"00000000000000", "00000000000001", false},
	} {
		bits, validBits := parseRandomness(each.rv)
		threshold, valid := parseThreshold(each.th)
		if !validBits || !valid || bits.reaches(threshold) != each.want {
			t.Errorf("%s against %s is not %v", each.rv, each.th, each.want)
		}
		if bits != randomnessOf(traceIDEndingIn(t, each.rv)) {
			t.Errorf("%s is not the randomness of a trace id that ends in it", each.rv)
		}
	}
}

func TestMalformedDigits(t *testing.T) {
	for _, th := range []string{"", "E", "g", "012345678901234", "0x1", "-1", "+1"} {
		if _, valid := parseThreshold(th); valid {
			t.Errorf("th:%s is accepted", th)
		}
	}
	for _, rv := range []string{"", "6E6D1A75832A2F", "6e6d1a75832a2", "6e6d1a75832a2f0", fmt.Sprintf("%14s", "1")} {
		if _, valid := parseRandomness(rv); valid {
			t.Errorf("rv:%s is accepted", rv)
		}
	}
}
