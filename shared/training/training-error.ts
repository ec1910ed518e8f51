/** Training cannot go on with what it was given; the message says what to do about it. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
}
