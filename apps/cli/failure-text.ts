const FORESEEN = new Set([
  'AwsRefusal',
  'ConfigError',
  'DocumentError',
  'InputError',
  'ModelMismatch',
  'OutputError',
  'PriorError',
  'RedriveError',
  'RegistryError',
  'SendError',
  'SettingsConflict',
  'SettingsError',
  'StartError',
  'TrainingError',
  'TransientFault',
  'UsageError',
]);

/** What a person is told of a failure: the sentence of one that was foreseen, the trace of a defect. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isForeseen = FORESEEN.has(error.name) || 'syscall' in error;
  return isForeseen ? error.message : (error.stack ?? error.message);
}
