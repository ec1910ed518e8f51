import { anomaly, RULES, START } from '../alerting.factory';
import { compileDocument } from '../document/compile';
import { placementsOf } from '../document/routes';
import { AlertingDocumentSchema } from '../document/schema';
import { absorb } from './absorb';
import { subjectOfAlert } from './alert';
import { newGroup, withAlert } from './group';

test('a change of an alert that tells nothing leaves the group as it is, so that a storm does not write it for every event', () => {
  const alerting = compileDocument(AlertingDocumentSchema.parse(RULES));
  const { alert } = absorb(undefined, anomaly({ source: 'a' }), alerting, undefined, START);
  const [placement] = placementsOf(alerting.root, subjectOfAlert(alert), START);
  const { group } = withAlert(newGroup(placement!), alert, true, START);
  const stronger = anomaly({ source: 'a', transition: 2, alarmScore: 0.79 });
  const later = absorb(alert, stronger, alerting, undefined, START + 1).alert;
  expect(withAlert(group, later, true, START + 1)).toEqual({ group, changed: false, full: false });
});
