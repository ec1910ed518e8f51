import { alertKey, bodyOf, type StoredVerdict } from '../../alerting/records';
import type { Alert } from '../../alerting/state/alert';
import type { AlertStore } from '../../alerting/store-port';
import { storedVerdicts } from '../../alerting/verdicts';
import type { Label } from '../../training/labels';

/** A window for each alert that people judged. Alerts are kept for a while only, verdicts for ever. */
export async function judgedAlerts(
  store: AlertStore,
  leadMs: number,
): Promise<{ readonly labels: readonly Label[]; readonly notCovered: readonly string[] }> {
  const byAlert = new Map<string, StoredVerdict[]>();
  for (const given of await storedVerdicts(store)) {
    const known = byAlert.get(given.alertId);
    if (known) known.push(given);
    else byAlert.set(given.alertId, [given]);
  }
  const ids = [...byAlert.keys()];
  const alerts = await store.load(ids.map(alertKey));
  const judged = ids.map((id, i) => ({ given: byAlert.get(id)!, alert: bodyOf<Alert>(alerts[i]) }));
  const audible = judged.filter(({ given }) => given[0]!.kind !== 'silence');
  const silent = judged.length - audible.length;
  return {
    labels: audible.map(({ given, alert }) => labelOf(given, alert, leadMs)),
    notCovered:
      silent === 0
        ? []
        : [
            `${silent} judged alerts were about sources that fell silent: no value lies in them, so no model can learn from them`,
          ],
  };
}

function labelOf(given: readonly StoredVerdict[], alert: Alert | undefined, leadMs: number): Label {
  const last = new Map(given.map(({ by, verdict }) => [by, verdict]));
  const [verdict, ...others] = new Set(last.values());
  const { source, metric } = given[0]!;
  const since = alert?.facts.since ?? given[0]!.since;
  const isDisputed = others.length > 0;
  return {
    source,
    ...(metric === undefined ? {} : { metric }),
    from: verdict === 'false-alarm' && !isDisputed ? since : since - leadMs,
    to: Math.max(since, endOf(given, alert)),
    verdict: isDisputed ? 'exclude' : verdict!,
    origin: 'people',
  };
}

/** Of its episode, or by hand; else it was still going on when somebody last said something about it. */
function endOf(given: readonly StoredVerdict[], alert: Alert | undefined): number {
  const latest = given.at(-1)!;
  return (
    alert?.facts.closedAt ?? alert?.ended?.at ?? latest.closedAt ?? Math.max(latest.at, alert?.facts.updatedAt ?? 0)
  );
}
