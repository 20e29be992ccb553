/** A B C, A B C, …: a machine that slows down for a while slows all of them, not one. */

export async function interleave<Subject, Sample>(
  rounds: number,
  subjects: readonly Subject[],
  measure: (subject: Subject, round: number) => Promise<Sample>,
): Promise<Map<Subject, Sample[]>> {
  const samples = new Map<Subject, Sample[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < rounds; round++) {
    // Every other round backwards, so that none always runs behind the same one.
    const order = round % 2 === 0 ? subjects : subjects.toReversed();
    for (const subject of order) samples.get(subject)!.push(await measure(subject, round));
  }
  return samples;
}
