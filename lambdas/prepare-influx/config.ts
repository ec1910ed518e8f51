import { z } from 'zod';
import { TelemetryVariables } from '../../shared/adapters/powertools/telemetry-variables';

/** The environment of prepare-influx. */
export const ConfigSchema = z.object({
  /** Set by Lambda. */
  AWS_REGION: z.string(),
  ...TelemetryVariables,
});
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;

/** What the custom resource asks for. */
export const PropertiesSchema = z.object({
  Url: z.string(),
  Organization: z.string(),
  Bucket: z.string(),
  /** Secret with `username` and `password` of the first user. */
  LoginSecret: z.string(),
  /** Secret that is to hold the token. */
  TokenSecret: z.string(),
  /** Another one than before asks for a new token, although the known one is good. */
  Revision: z.string(),
  /** How long the bucket keeps rows; 0: for ever. CloudFormation makes a text of a number. */
  RetentionDays: z.coerce.number().int().min(0),
});
export type Properties = z.output<typeof PropertiesSchema>;
