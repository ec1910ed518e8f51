import type { Command } from 'commander';
import type { AlertStore } from '../../../shared/alerting/store-port';
import { actorName, print, rulesInForce, WHERE_HELP, type WhereFlags, withStore, withWhere } from '../alerting/where';
import { EXIT_CODES_HELP, UsageError } from '../exit-codes';

/** Alerts that are over and shown. */
const OVER_MAX = 50;

export function registerAlerts(program: Command): void {
  const alerts = program.command('alerts').description('What is wrong, who was told, and why.');
  withWhere(alerts.command('list').description('Alerts that are not over.'))
    .option('-a, --all', `the last ${OVER_MAX} that are over too`)
    .action(async (flags: WhereFlags & { all?: boolean }) => {
      const { alertTable } = await import('../alerting/alert-lines');
      const listed = await withStore(flags, (store) => alertsIn(store, flags.all ?? false));
      print(alertTable(listed, Date.now()));
    })
    .addHelpText('after', WHERE_HELP + EXIT_CODES_HELP);
  withWhere(
    alerts
      .command('explain <id>')
      .description('Every decision about an alert: matched, grouped, muted, told, answered.'),
  )
    .action(async (id: string, flags: WhereFlags) => {
      const { explanationLines } = await import('../alerting/alert-lines');
      const { explainAlert } = await import('../../../shared/alerting/explain');
      const explanation = await withStore(flags, async (store) => explainAlert(store, await wholeId(store, id)));
      if (explanation === undefined) throw new UsageError(unknownWords(id));
      print(explanationLines(explanation));
    })
    .addHelpText('after', EXPLAIN_HELP + WHERE_HELP + EXIT_CODES_HELP);
  withWhere(alerts.command('ack <id>').description('Acknowledges an alert: no repeats and no escalation any more.'))
    .option('--by <name>', 'who does it (default: the user of this machine)')
    .action(async (id: string, flags: WhereFlags & { by?: string }) => {
      print([await act(flags, id, (actions, alertId, actor) => actions.acknowledge(alertId, actor))]);
    })
    .addHelpText('after', WHERE_HELP + EXIT_CODES_HELP);
  withWhere(
    alerts
      .command('resolve <id>')
      .description('Ends an alert by hand, when the end of its episode was lost; for good.'),
  )
    .option('--by <name>', 'who does it (default: the user of this machine)')
    .action(async (id: string, flags: WhereFlags & { by?: string }) => {
      print([await act(flags, id, (actions, alertId, actor) => actions.resolve(alertId, actor))]);
    })
    .addHelpText('after', WHERE_HELP + EXIT_CODES_HELP);
  withWhere(alerts.command('verdict <id> <real|false-alarm>').description('Says whether an alert was a real anomaly.'))
    .option('--by <name>', 'who does it (default: the user of this machine)')
    .option('--note <text>', 'why')
    .action(async (id: string, verdict: string, flags: WhereFlags & { by?: string; note?: string }) => {
      if (verdict !== 'real' && verdict !== 'false-alarm') throw new UsageError('the verdict is real or false-alarm');
      print([await act(flags, id, (actions, alertId, actor) => actions.verdict(alertId, verdict, actor, flags.note))]);
    })
    .addHelpText('after', WHERE_HELP + EXIT_CODES_HELP);
}

type Actions = ReturnType<typeof import('../../../shared/alerting/alert-actions').openAlertActions>;
type Act = (
  actions: Actions,
  alertId: string,
  actor: { readonly by: string; readonly via: 'cli' },
) => ReturnType<Actions['acknowledge']>;

async function act(flags: WhereFlags & { by?: string }, id: string, work: Act): Promise<string> {
  const { openAlertActions } = await import('../../../shared/alerting/alert-actions');
  const { compileDocument } = await import('../../../shared/alerting/document/compile');
  return withStore(flags, async (store) => {
    const alerting = compileDocument((await rulesInForce(store, flags)).document);
    // The running router's tick takes the turn.
    const actions = openAlertActions({ store, alerting: async () => alerting, callAt: async () => {}, now: Date.now });
    const result = await work(actions, await wholeId(store, id), { by: actorName(flags.by), via: 'cli' });
    if (result.outcome === 'unknown-alert') throw new UsageError(unknownWords(id));
    return result.outcome === 'done' ? result.words : `nothing to do: ${result.words}`;
  });
}

async function alertsIn(store: AlertStore, isAll: boolean) {
  const { openAlerts } = await import('../../../shared/alerting/silences');
  if (!isAll) return openAlerts(store);
  const { documentsIn } = await import('../../../shared/alerting/router/take-turn');
  const { INDEX } = await import('../../../shared/alerting/records');
  type Alert = import('../../../shared/alerting/state/alert').Alert;
  const over = await documentsIn<Alert>(store, INDEX.over, { lastFirst: true, limit: OVER_MAX });
  return [...over.reverse(), ...(await openAlerts(store))];
}

/** An alert or episode by its id, or an alert by the beginning of it. */
async function wholeId(store: AlertStore, id: string): Promise<string> {
  const { alertIdOf } = await import('../../../shared/alerting/state/alert');
  if (id.length >= 32) {
    const { alertKey } = await import('../../../shared/alerting/records');
    const [byId] = await store.load([alertKey(id)]);
    return byId === undefined ? alertIdOf(id) : id;
  }
  const found = (await alertsIn(store, true)).filter((alert) => alert.id.startsWith(id));
  if (found.length > 1) throw new UsageError(`${found.length} alerts begin with ${id}: write more of it`);
  return found[0]?.id ?? id;
}

function unknownWords(id: string): string {
  return `no alert is called ${id}; tidewatch alerts list --all shows which there are`;
}

const EXPLAIN_HELP = `
The id is that of an alert, the beginning of one, or that of an episode in the store, for which there may be no alert: then
it says which rules were asked and why none of them fits.
`;
