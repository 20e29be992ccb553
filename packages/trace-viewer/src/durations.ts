/**
 * @param nanoseconds negative counts as 0
 * @returns three digits and a unit: `850 ns`, `12.3 ms`, `1.20 s`, `2 min 5 s`
 */
export function formatDuration(nanoseconds: number): string {
  if (!(nanoseconds >= 0)) return '0 ms';
  if (nanoseconds === 0) return '0 ms';
  if (nanoseconds < 999.5) return `${Math.round(nanoseconds)} ns`;
  if (nanoseconds < 999.5e3) return `${threeDigits(nanoseconds / 1e3)} µs`;
  if (nanoseconds < 999.5e6) return `${threeDigits(nanoseconds / 1e6)} ms`;
  const seconds = nanoseconds / 1e9;
  if (seconds < 59.95) return `${threeDigits(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
