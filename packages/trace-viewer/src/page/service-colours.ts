/** Hues of the style sheet: `.hue-0` to `.hue-11`. */
const HUES = 12;
const taken = new Map<number, string>();
const hues = new Map<string, number>();

/** @returns the class that gives a service its colour: from its name, so that it keeps it, unless another one has it */
export function hueOf(service: string): string {
  let hue = hues.get(service);
  if (hue === undefined) {
    let hash = 7;
    for (let i = 0; i < service.length; i++) hash = (hash * 31 + service.charCodeAt(i)) >>> 0;
    hue = hash % HUES;
    for (let tries = 0; tries < HUES && taken.has(hue); tries++) hue = (hue + 5) % HUES;
    taken.set(hue, service);
    hues.set(service, hue);
  }
  return `hue-${hue}`;
}
