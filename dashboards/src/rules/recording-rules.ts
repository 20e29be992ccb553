import { briefNames } from './brief-names.ts';
import { errorBudget } from './error-budget.ts';
import { firstFailures } from './first-failures.ts';
import type { RuleGroup } from './recording-rule.ts';
import { red } from './red.ts';

export const RECORDING_RULES: readonly RuleGroup[] = [...briefNames, firstFailures, ...red, ...errorBudget];
