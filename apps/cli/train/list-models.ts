import type { RegisteredModel } from '../../../shared/training/ports';
import { openModels } from './open-models';

/** Text of the command `models list`. @throws {RegistryError} if the registry cannot be read */
export async function listModels({ models, json }: { models: string; json?: boolean }): Promise<string> {
  const { registry } = await openModels(models);
  const [all, champion, challenger] = await Promise.all([registry.list(), registry.champion(), registry.challenger()]);
  if (json)
    return `${JSON.stringify({ champion: champion ?? null, challenger: challenger ?? null, versions: all }, null, 2)}\n`;
  const standing = (version: number) =>
    version === champion ? '  champion' : version === challenger ? '  challenger' : '';
  const lines = all.flatMap((model) => headLines(model, standing(model.version)));
  return `${[...lines, ...(champion === undefined ? ['The built-in model is champion.'] : [])].join('\n')}\n`;
}

/** A version with its standing, its measures and what the gate said. */
export function headLines({ version, artifact, record }: RegisteredModel, standing: string): readonly string[] {
  const { f1, recall, falseAlarmsPerSeriesWeek } = record.metrics;
  const measures = `F1 ${shown(f1)}, recall ${shown(recall)}, ${shown(falseAlarmsPerSeriesWeek)} false alarms a series and week`;
  const day = new Date(record.trainedAt).toISOString().slice(0, 16);
  return [
    `${version}  ${artifact.version}  ${day}Z  ${record.promoted ? 'let through' : 'refused'}${standing}`,
    `   ${measures}`,
    ...record.reasons.map((reason) => `   ${reason}`),
  ];
}

function shown(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(3);
}
