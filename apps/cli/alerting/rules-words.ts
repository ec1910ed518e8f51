import type { AlertingDocument, Route } from '../../../shared/alerting/document/schema';

const SOON_MS = 14 * 86_400_000;

/** What a person should know of a document that is right: what it holds, what has expired, what nobody uses. */
export function rulesSummary(document: AlertingDocument): string {
  const { rules, receivers, route, inhibit, maintenance } = document;
  const counted = [
    [rules.length, 'rule'],
    [countRoutes(route), 'route'],
    [receivers.length, 'receiver'],
    [inhibit.length, 'inhibition'],
    [maintenance.length, 'maintenance window'],
  ] as const;
  return counted
    .filter(([count]) => count > 0)
    .map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`)
    .join(', ');
}

export function rulesWarnings(
  { rules, receivers, route, inhibit, maintenance }: AlertingDocument,
  now: number,
): string[] {
  const used = new Set(receiversIn(route));
  return [
    ...[...rules, ...inhibit, ...maintenance].flatMap(({ name, expires }) => expiryWords(name, expires, now)),
    ...receivers.filter(({ name }) => !used.has(name)).map(({ name }) => `receiver ${name}: no route names it`),
    ...(rules.length === 0 ? ['there are no rules: nothing becomes an alert'] : []),
  ];
}

function expiryWords(name: string, expires: number | undefined, now: number): string[] {
  if (expires === undefined || expires - now > SOON_MS) return [];
  const at = new Date(expires).toISOString().slice(0, 10);
  return [expires <= now ? `${name}: expired on ${at}; it does nothing any more` : `${name}: expires on ${at}`];
}

function countRoutes({ routes }: Route): number {
  return 1 + routes.reduce((sum, child) => sum + countRoutes(child), 0);
}

function receiversIn({ receivers = [], escalate, routes }: Route): string[] {
  return [...receivers, ...(escalate?.receivers ?? []), ...routes.flatMap(receiversIn)];
}
