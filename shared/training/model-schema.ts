import { FEATURE_SCHEMA_VERSION, FEATURES } from '../detection/model';

/** What a model takes and gives, as it is kept beside every registered one. */
export const MODEL_SCHEMA = {
  version: FEATURE_SCHEMA_VERSION,
  /** In the order of a vector. */
  features: FEATURES,
  scores: ['anomaly', 'alarm'],
} as const;
