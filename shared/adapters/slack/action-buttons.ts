import { type ActionTarget, PERSON_ACTIONS, type PersonAction, personAction } from '../../alerting/person-action';
import type { Notification } from '../../domain/notification';
import type { ActionsBlock } from './blocks';

/** The block in which the buttons stand; the api function knows it again by this. */
export const ACTIONS_BLOCK = 'tidewatch-alert-actions';

/**
 * Buttons for where the group stands: verdicts are for the alerts that the message shows, everything else for all that it
 * tells of.
 *
 * @param shown how many of the alerts
 */
export function actionsBlock(notification: Notification, shown: number): ActionsBlock {
  const { status, alerts, groupKey, transition, receiver } = notification;
  const ids = alerts.slice(0, shown).map(({ id }) => id);
  const value = `${ids.join(',')}|${groupKey}:${transition}:${receiver.name}`;
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
): { readonly action: PersonAction; readonly target: ActionTarget } | undefined {
  const action = personAction(actionId);
  const [ids = '', telling = ''] = value.split('|');
  const shown = ids.split(',').filter((id) => /^[\w-]{1,64}$/.test(id));
  if (action === undefined || shown.length === 0) return undefined;
  const [, groupKey, transition, receiver] = /^([\w-]{1,64}):(\d{1,10}):([\w.-]{1,100})$/.exec(telling) ?? [];
  if (groupKey === undefined || receiver === undefined) return { action, target: { shown } };
  return { action, target: { shown, telling: { groupKey, transition: Number(transition), receiver } } };
}
