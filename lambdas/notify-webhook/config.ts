import { z } from 'zod';
import { ChannelVariables } from '../../shared/adapters/notify/channel-variables';
import { DeployedChannelVariables } from '../../shared/adapters/notify/deployed-channel';

/** What the environment says of sending. */
export const SendConfigSchema = z.object({ ...ChannelVariables });
export type SendConfig = z.output<typeof SendConfigSchema>;

/** The environment of notify-webhook as deployed. */
export const ConfigSchema = z.object(DeployedChannelVariables).and(SendConfigSchema);
export type Config = z.output<typeof ConfigSchema>;
/** As it is written in a template. */
export type Environment = z.input<typeof ConfigSchema>;
