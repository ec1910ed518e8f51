import { PERSON_ACTIONS, type PersonAction, personAction } from '../../alerting/person-action';
import type { Notification } from '../../domain/notification';
import type { ActionsBlock } from './blocks';

/** The block in which the buttons stand; the api function knows it again by this. */
export const ACTIONS_BLOCK = 'tidewatch-alert-actions';

/** Buttons for where the group stands; each is for all alerts that the message shows. */
export function actionsBlock({ status, alerts }: Notification): ActionsBlock {
  const value = alerts.map(({ id }) => id).join(',');
  const offered = PERSON_ACTIONS.filter(({ action: { what } }) => {
    if (what === 'acknowledge') return status === 'firing';
    return what === 'verdict' || status !== 'resolved';
  });
  const elements = offered.map(({ name, words, action: { what } }) => ({
    type: 'button' as const,
    text: { type: 'plain_text' as const, text: words },
    action_id: name,
    value,
    ...(what === 'acknowledge' ? { style: 'primary' as const } : {}),
  }));
  return { type: 'actions', block_id: ACTIONS_BLOCK, elements };
}

/** What a pressed button means, and for which alerts; undefined if it is none of ours. */
export function readPressed(
  actionId: string,
  value: string,
): { readonly action: PersonAction; readonly alertIds: readonly string[] } | undefined {
  const action = personAction(actionId);
  const alertIds = value.split(',').filter((id) => /^[\w-]{1,64}$/.test(id));
  return action === undefined || alertIds.length === 0 ? undefined : { action, alertIds };
}
