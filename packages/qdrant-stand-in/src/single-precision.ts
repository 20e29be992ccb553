/** The shortest decimal number that is this one in 32 bits, as the server prints its floats. */
export function shortest32(value: number): number {
  const single = Math.fround(value);
  if (Number.isInteger(single) || !Number.isFinite(single)) return single;
  for (let digits = 7; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return Number(single.toPrecision(9));
}
