import type { Notification } from '../../domain/notification';
import type { ActionsBlock, Button } from './blocks';

/** The block in which the buttons stand; the api function knows it again by this. */
export const ACTIONS_BLOCK = 'tidewatch-alert-actions';

/** What a button asks for. */
export type SlackAction =
  | { readonly what: 'acknowledge' }
  | { readonly what: 'snooze'; readonly forMs: number }
  | { readonly what: 'verdict'; readonly verdict: 'real' | 'false-alarm' };

const HOUR_MS = 3_600_000;
/** Buttons and what they mean; the ids stand in messages that are out, and never change their meaning. */
const MEANINGS: Readonly<Record<string, SlackAction>> = {
  acknowledge: { what: 'acknowledge' },
  'snooze-1h': { what: 'snooze', forMs: HOUR_MS },
  'snooze-8h': { what: 'snooze', forMs: 8 * HOUR_MS },
  real: { what: 'verdict', verdict: 'real' },
  'false-alarm': { what: 'verdict', verdict: 'false-alarm' },
};

/** Buttons for where the group stands; each is for all alerts that the message shows. */
export function actionsBlock({ status, alerts }: Notification): ActionsBlock {
  const value = alerts.map(({ id }) => id).join(',');
  const button = (action_id: string, text: string, style?: Button['style']): Button => ({
    type: 'button',
    text: { type: 'plain_text', text },
    action_id,
    value,
    ...(style === undefined ? {} : { style }),
  });
  const elements = [
    ...(status === 'firing' ? [button('acknowledge', 'Acknowledge', 'primary')] : []),
    ...(status === 'resolved' ? [] : [button('snooze-1h', 'Snooze 1 h'), button('snooze-8h', 'Snooze 8 h')]),
    button('real', 'Real'),
    button('false-alarm', 'False alarm'),
  ];
  return { type: 'actions', block_id: ACTIONS_BLOCK, elements };
}

/** What a pressed button means, and for which alerts; undefined if it is none of ours. */
export function readAction(
  actionId: string,
  value: string,
): { readonly action: SlackAction; readonly alertIds: readonly string[] } | undefined {
  const action = Object.hasOwn(MEANINGS, actionId) ? MEANINGS[actionId] : undefined;
  const alertIds = value.split(',').filter((id) => /^[\w-]{1,64}$/.test(id));
  return action === undefined || alertIds.length === 0 ? undefined : { action, alertIds };
}
