/** Values as points of an SVG path, from 0 at the bottom; where there is no value, the line is broken. */
export function sparklinePath(
  values: readonly (number | undefined)[],
  width: number,
  height: number,
): string {
  const highest = Math.max(0, ...values.filter((value) => value !== undefined));
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let drawing = false;
  let path = '';
  for (const [index, value] of values.entries()) {
    if (value === undefined) {
      drawing = false;
      continue;
    }
    const y = highest === 0 ? height : height - (Math.max(0, value) / highest) * height;
    path += `${drawing ? 'L' : 'M'}${round(index * step)} ${round(y)}`;
    drawing = true;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
