import { escapedHtml } from '../../shared/adapters/html/escaped-html';
import type { ActionGrant } from '../../shared/alerting/action-token';
import { PERSON_ACTIONS } from '../../shared/alerting/person-action';
import { alertLine } from '../../shared/alerting/words/notification-words';
import type { AlertView } from '../../shared/domain/notification';
import type { HttpRequest, HttpResponse } from '../../shared/runtime/http';
import { grantOf } from './grant';
import { page } from './page';
import type { Services } from './services';

const ALERTS_SHOWN = 20;

/** The page behind the link of a mail. Opening it does nothing: mail servers open links to look at them. */
export async function showPage({ query }: HttpRequest, services: Services): Promise<HttpResponse> {
  const token = query.get('token') ?? '';
  const grant = await grantOf(token, services);
  const views = await Promise.all(grant.target.shown.slice(0, ALERTS_SHOWN).map((id) => services.actions.view(id)));
  const known = views.filter((view) => view !== undefined);
  if (known.length === 0) return page(404, 'This alert is not known any more', '');
  return page(200, known.length === 1 ? 'An alert' : `${known.length} alerts`, `${listed(known)}${form(token, grant)}`);
}

function listed(alerts: readonly AlertView[]): string {
  return `<ul>${alerts.map((alert) => `<li>${escapedHtml(alertLine(alert))}</li>`).join('')}</ul>`;
}

function form(token: string, { to }: ActionGrant): string {
  const buttons = PERSON_ACTIONS.map(({ name, words }) => `<button name="action" value="${name}">${words}</button>`);
  return `<form method="post"><input type="hidden" name="token" value="${escapedHtml(token)}">
<p><label>Your name (the link was sent to ${escapedHtml(to)})<br><input name="name" maxlength="80" autocomplete="name"></label></p>
<p>${buttons.join('')}</p></form>`;
}
