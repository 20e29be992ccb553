/** 0.0144, 482,344,960: as people read it. */
export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 9 });
}
