import type { Command } from 'commander';
import {
  actorName,
  print,
  readRulesFile,
  rulesInForce,
  WHERE_HELP,
  type WhereFlags,
  withStore,
  withWhere,
} from '../alerting/where';
import { EXIT_CODES_HELP } from '../exit-codes';
import { aMoment } from '../option-values';

export function registerRules(program: Command): void {
  const rules = program.command('rules').description('What is an alert and who is told, as a document.');
  rules
    .command('check <file>')
    .description('Says what is wrong in a document, by line; and what is right but deserves a look.')
    .action(async (file: string) => {
      const { rulesSummary, rulesWarnings } = await import('../alerting/rules-words');
      const { document } = readRulesFile(file);
      print([
        `${file}: ${rulesSummary(document)}`,
        ...rulesWarnings(document, Date.now()).map((words) => `note: ${words}`),
      ]);
    })
    .addHelpText('after', RULES_HELP + EXIT_CODES_HELP);
  withWhere(
    rules.command('apply <file>').description('Puts a document in force; functions take it within half a minute.'),
  )
    .option('--by <name>', 'who does it (default: the user of this machine)')
    .action(async (file: string, flags: WhereFlags & { by?: string }) => {
      const { rulesSummary } = await import('../alerting/rules-words');
      const { applyRules } = await import('../../../shared/alerting/rules-store');
      const { text, document } = readRulesFile(file);
      const { version, changed } = await withStore(
        flags,
        (store) => applyRules(store, text, actorName(flags.by), Date.now()),
        true,
      );
      print([`version ${version}${changed ? '' : ' was in force already'}: ${rulesSummary(document)}`]);
    })
    .addHelpText('after', WHERE_HELP + EXIT_CODES_HELP);
  withWhere(rules.command('show').description('The document in force, with its version.'))
    .action(async (flags: WhereFlags) => {
      const { currentRules } = await import('../../../shared/alerting/rules-store');
      const { LOCAL_RULES } = await import('../../local/alerts/local-rules');
      const applied = await withStore(flags, currentRules);
      if (applied === undefined) print(['# none was applied; a run on this machine has these', LOCAL_RULES.trimEnd()]);
      else
        print([
          `# version ${applied.version}, by ${applied.by}, ${new Date(applied.appliedAt).toISOString()}`,
          applied.text.trimEnd(),
        ]);
    })
    .addHelpText('after', WHERE_HELP);
  rules
    .command('schema')
    .description('The form of the document as JSON Schema, for editors.')
    .action(async () => {
      const { documentJsonSchema } = await import('../../../shared/alerting/document/json-schema');
      print([JSON.stringify(documentJsonSchema(), null, 2)]);
    });
}

export function registerRoutes(program: Command): void {
  const routes = program.command('routes').description('Who is told of what.');
  withWhere(routes.command('test [condition...]').description('Who would be told of an alert, and why.'))
    .option('-r, --rules <file>', 'by this document, in place of the one in force')
    .option('--at <moment>', 'at this moment (ISO 8601 with a zone), in place of now', aMoment)
    .action(async (conditions: string[], flags: WhereFlags & { rules?: string; at?: number }) => {
      const { subjectOf } = await import('../alerting/conditions');
      const { routeLines } = await import('../alerting/route-words');
      const subject = subjectOf(conditions);
      const now = flags.at ?? Date.now();
      if (flags.rules !== undefined) {
        print(routeLines(readRulesFile(flags.rules).document, subject, { silences: [], open: [], now }));
        return;
      }
      const { currentSilences, openAlerts } = await import('../../../shared/alerting/silences');
      const { subjectOfAlert } = await import('../../../shared/alerting/state/alert');
      await withStore(flags, async (store) => {
        const { document } = await rulesInForce(store, flags);
        const [silences, open] = await Promise.all([currentSilences(store, now), openAlerts(store)]);
        print(routeLines(document, subject, { silences, open: open.map(subjectOfAlert), now }));
      });
    })
    .addHelpText('after', ROUTES_HELP + WHERE_HELP + EXIT_CODES_HELP);
}

const RULES_HELP = `
A document is YAML or JSON; docs/alerting.md teaches it. The smallest one:
  version: 1
  receivers: [{ name: chat, channel: slack, secret: tidewatch/prod/slack, to: '#alerts' }]
  rules: [{ name: everything }]
  route: { receivers: [chat] }
`;

const ROUTES_HELP = `
Conditions are name=value: source, metric, kind, severity, score, value, expected, owner, tags.NAME. What is not said is
ordinary: severity high, kind value.

Examples:
  $ tidewatch routes test source=pump-17 severity=critical tags.site=berlin
  $ tidewatch routes test --rules rules.yaml source=pump-17 --at 2026-11-22T03:00:00+01:00
`;
