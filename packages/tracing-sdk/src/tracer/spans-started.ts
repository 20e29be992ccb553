/** Spans started since the process began, by the sampler's decision. Plain numbers: counted for every span. */
export interface SpansStarted {
  drop: number;
  recordOnly: number;
  recordAndSample: number;
}

export function createSpansStarted(): SpansStarted {
  return { drop: 0, recordOnly: 0, recordAndSample: 0 };
}
