export interface Finding {
  readonly subject: string;
  readonly verdict: 'ok' | 'warning' | 'problem';
  readonly reason: string;
  /** What to do; only for warnings and problems. */
  readonly action?: string;
}
