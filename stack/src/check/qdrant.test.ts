import { type Case, testCases } from './check-cases.fixture.ts';

testCases('Qdrant', [
  {
    name: 'Qdrant is down',
    arrange: ({ qdrant }) => qdrant.close(),
    rows: [{ part: 'qdrant', status: 'failed', reason: 'nothing listens at' }],
  },
  ...(
    [
      [
        'refuses the key',
        'PUT',
        403,
        /refuses the key of qdrant_api_key \(403\)/,
        '--always-recreate-deps qdrant',
      ],
      ['cannot write', 'PUT', 500, 'answered 500', undefined],
      ['cannot search', 'POST', 500, 'answered 500', undefined],
      ['cannot delete', 'DELETE', 500, 'could not be deleted again', 'curl -X DELETE'],
    ] as const
  ).map(
    ([name, method, code, reason, hint]): Case => ({
      name: `Qdrant ${name}`,
      arrange: ({ qdrant }) => {
        qdrant.faults.add({ method, answer: { status: code } });
      },
      rows: [
        {
          part: 'qdrant',
          check: 'writes',
          status: 'failed',
          reason,
          ...(hint === undefined ? {} : { hint }),
        },
      ],
    }),
  ),
]);
