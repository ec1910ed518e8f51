import { openFolderRegistry } from '../../../shared/adapters/registry/folder-registry';

/** Text of the command `models list`. @throws {RegistryError} if the registry cannot be read */
export async function listModels({ models, json }: { models: string; json?: boolean }): Promise<string> {
  const registry = openFolderRegistry(models);
  const [all, champion] = await Promise.all([registry.list(), registry.champion()]);
  if (json) return `${JSON.stringify({ champion: champion ?? null, versions: all }, null, 2)}\n`;
  const lines = all.flatMap(({ version, artifact, record }) => {
    const standing = version === champion ? '  champion' : '';
    const { f1, recall, falseAlarmsPerSeriesWeek } = record.metrics;
    const measures = `F1 ${shown(f1)}, recall ${shown(recall)}, ${shown(falseAlarmsPerSeriesWeek)} false alarms a series and week`;
    const day = new Date(record.trainedAt).toISOString().slice(0, 16);
    return [
      `${version}  ${artifact.version}  ${day}Z  ${record.promoted ? 'let through' : 'refused'}${standing}`,
      `   ${measures}`,
      ...record.reasons.map((reason) => `   ${reason}`),
    ];
  });
  return `${[...lines, ...(champion === undefined ? ['The built-in model is champion.'] : [])].join('\n')}\n`;
}

function shown(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(3);
}
