import { escapedHtml } from '../../shared/adapters/html/escaped-html';
import { personAction } from '../../shared/alerting/person-action';
import { cutTo, oneLine } from '../../shared/alerting/words/one-line';
import type { HttpRequest, HttpResponse } from '../../shared/runtime/http';
import { act } from './act';
import { grantOf } from './grant';
import { page } from './page';
import type { Services } from './services';

const NAME_CHARS_MAX = 80;

/** What was pressed on the page behind the link of a mail. */
export async function takeMailAction({ body }: HttpRequest, services: Services): Promise<HttpResponse> {
  const fields = new URLSearchParams(body.toString('utf8'));
  const grant = await grantOf(fields.get('token') ?? '', services);
  const action = personAction(fields.get('action') ?? '');
  if (action === undefined) return page(400, 'Nothing was chosen', '<p>Go back and press one of the buttons.</p>');
  const name = cutTo(oneLine(fields.get('name') ?? ''), NAME_CHARS_MAX);
  // Who holds the link may write any name; to whom it was sent is signed.
  const actor = { by: name === '' ? grant.to : `${name} (${grant.to})`, via: 'email' } as const;
  const { known, words } = await act(services.actions, action, grant.target, actor, services.now());
  if (known === 0) return page(404, 'This alert is not known any more', '');
  return page(200, 'Done', `<p>${escapedHtml(words)}</p>`);
}
