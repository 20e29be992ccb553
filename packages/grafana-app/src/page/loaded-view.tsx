import { t } from '@grafana/i18n';
import { Alert, Button, LoadingPlaceholder, Stack } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { ApiProblem, ProblemKind } from '../grafana/api-problem.ts';
import type { Loaded } from './use-loaded.ts';

interface Props<T> {
  readonly loaded: Loaded<T>;
  readonly children: (value: T) => ReactNode;
}

/** Loading, the problem with a way on, or what was loaded; with the last of it when loading it again fails. */
export function LoadedView<T>({ loaded: { value, problem, refresh }, children }: Props<T>) {
  return (
    <Stack direction="column" gap={2}>
      {problem !== undefined && <ProblemAlert problem={problem} onAgain={refresh} />}
      {value !== undefined && children(value)}
      {value === undefined && problem === undefined && (
        <LoadingPlaceholder text={t('loading.text', 'Loading ...')} />
      )}
    </Stack>
  );
}

export function ProblemAlert({
  problem: { kind, message },
  onAgain,
}: {
  readonly problem: ApiProblem;
  readonly onAgain?: () => void;
}) {
  return (
    <Alert
      severity={kind === 'forbidden' ? 'warning' : 'error'}
      title={problemTitle(kind)}
      {...(onAgain === undefined
        ? {}
        : {
            action: (
              <Button variant="secondary" onClick={onAgain}>
                {t('problem.again', 'Try again')}
              </Button>
            ),
          })}
    >
      {message}
    </Alert>
  );
}

function problemTitle(kind: ProblemKind): string {
  switch (kind) {
    case 'forbidden':
      return t('problem.forbidden', 'You may not see this. Ask an administrator for the right.');
    case 'unreachable':
      return t('problem.unreachable', 'The data source does not answer. Test it in Configuration.');
    case 'conflict':
      return t('problem.conflict', 'Somebody else owns or changed this.');
    default:
      return t('problem.failed', 'This did not work.');
  }
}
