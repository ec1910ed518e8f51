import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { allLogs } from '../function-logs';
import { stacks } from '../resources';
import type { Step, World } from '../world';

/** A metric by namespace, name and dimensions, as text. */
type MetricKey = string;

/** Namespace of what functions publish themselves. */
const OWN = 'Tidewatch';

export const compareMetrics: Step = {
  name: 'every alarm on a metric of ours looks at one that functions publish',
  limitMs: 30_000,
  async run(world) {
    const published = new Set((await allLogs(world)).flatMap(({ lines }) => lines.flatMap(metricsIn)));
    const watched = await watchedMetrics(world);
    const missing = watched.filter((metric) => !published.has(metric));
    if (watched.length === 0 || missing.length > 0) throw new Error(`nobody publishes ${missing.join(', ')}`);
    return `${watched.length} of ${published.size} are watched`;
  },
};

async function watchedMetrics({ emulator }: World): Promise<MetricKey[]> {
  const watched: MetricKey[] = [];
  for (const { name } of await stacks(emulator.cloudFormation)) {
    const { TemplateBody } = await emulator.cloudFormation.send(new GetTemplateCommand({ StackName: name }));
    const { Resources } = JSON.parse(TemplateBody!) as {
      Resources: Record<string, { Type: string; Properties: Alarm }>;
    };
    for (const { Type, Properties } of Object.values(Resources))
      if (Type === 'AWS::CloudWatch::Alarm' && Properties.Namespace === OWN)
        watched.push(
          keyOf(OWN, Properties.MetricName!, new Map(Properties.Dimensions?.map(({ Name, Value }) => [Name, Value]))),
        );
  }
  return watched;
}

interface Alarm {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

/** Of a line in CloudWatch's embedded metric format; any other line has none. */
function metricsIn(line: string): MetricKey[] {
  if (!line.startsWith('{"_aws"')) return [];
  const logged = JSON.parse(line) as Record<string, string> & { _aws: { CloudWatchMetrics: readonly Embedded[] } };
  return logged._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) => keyOf(Namespace, Name, new Map(names.map((name) => [name, logged[name]!])))),
    ),
  );
}

interface Embedded {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

function keyOf(namespace: string, name: string, dimensions: ReadonlyMap<string, string>): MetricKey {
  return `${namespace} ${name} ${JSON.stringify([...dimensions].sort())}`;
}
