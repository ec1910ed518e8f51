import { z } from 'zod';
import { ChannelVariables } from '../../shared/adapters/notify/channel-variables';

/** What notify-webhook reads of its environment wherever it runs. */
export const LocalConfigSchema = z.object({ ...ChannelVariables });
export type LocalConfig = z.output<typeof LocalConfigSchema>;
