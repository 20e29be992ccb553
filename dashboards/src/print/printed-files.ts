import { RECORDING_RULES } from '../rules/recording-rules.ts';
import type { PrintedFile } from './printed-file.ts';
import { printRecordingRules } from './rule-files.ts';

export function printedFiles(): PrintedFile[] {
  return [...printRecordingRules(RECORDING_RULES)];
}
