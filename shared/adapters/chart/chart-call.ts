import { z } from 'zod';
import { AlertViewSchema } from '../../domain/notification';

/**
 * What draw-chart is asked and what it answers. It is a function of its own because it reads the store, which may lie in a
 * network without a way to the internet, and those that tell people need just that way.
 */
export const ChartRequestSchema = z.object({ alert: AlertViewSchema, withinMs: z.number().min(0).max(60_000) });
export type ChartRequest = z.output<typeof ChartRequestSchema>;

/** Base64 of a PNG; absent when there is nothing to draw. */
export const ChartAnswerSchema = z.object({ png: z.base64().optional() });
export type ChartAnswer = z.output<typeof ChartAnswerSchema>;
