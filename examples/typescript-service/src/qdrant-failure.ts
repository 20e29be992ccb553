/** Why a call of the Qdrant client has failed. `fetch failed` and `Not Found` say nothing; what lies below them does. */
export function qdrantFailure(error: unknown): string {
  const { message, cause, data } = error as Error & { data?: { status?: { error?: unknown } } };
  const answered = data?.status?.error;
  if (typeof answered === 'string') return answered;
  const reason = cause as NodeJS.ErrnoException | undefined;
  return reason?.code ?? reason?.message ?? message;
}
