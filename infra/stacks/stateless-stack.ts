import { Duration, Stack } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment';
import { AlertFunctions } from '../constructs/alert-functions';
import { Archive } from '../constructs/archive';
import { OperationsDashboard, ofInflux } from '../constructs/dashboard';
import {
  budgeting,
  countingDistributions,
  knowingChallenger,
  knowingSettings,
  lookingInto,
  publishing,
  quarantining,
  telling,
} from '../constructs/data-parts';
import { Detection } from '../constructs/detection';
import { DeviceRule } from '../constructs/device-rule';
import { DriftWatch } from '../constructs/drift-watch';
import { InfluxToken } from '../constructs/influx-token';
import { MemoryWatch } from '../constructs/memory-watch';
import { modelEndpoint } from '../constructs/model-endpoint';
import { FIVE_MINUTES, Operations } from '../constructs/operations';
import { allOf, plain } from '../constructs/part';
import { lending } from '../constructs/prior-layer';
import { ScheduledFunction } from '../constructs/scheduled-function';
import type { Surroundings } from '../constructs/surroundings';
import { Training, type TrainingProps } from '../constructs/training';
import { placeOf, type StatefulStack } from './stateful-stack';

/** What can be thrown away and made again at any time: functions, the model's endpoint, alarms. */
export class StatelessStack extends Stack {
  constructor(scope: Construct, id: string, environment: Environment, stateful: StatefulStack) {
    super(scope, id, {
      stackName: `tidewatch-${environment.name}-${id}`,
      description: `Tidewatch ${environment.name}: functions, endpoint, alarms`,
      env: placeOf(environment),
    });
    const surroundings: Surroundings = {
      environment,
      operations: new Operations(stateful.operators, environment.name),
      network: stateful.network,
    };
    const { states, store, stream, anomalies, settings, quarantine, archive, training, notifications, alerts } =
      stateful;
    const model = modelEndpoint(this, surroundings);
    const common = allOf(store, publishing(anomalies), knowingSettings(settings), telling(environment));
    const prior = lending(this, environment);
    const detection = new Detection(this, 'Detection', surroundings, {
      stream,
      failedBatches: quarantine,
      uses: allOf(
        common,
        states,
        model,
        quarantining(quarantine),
        budgeting(environment),
        prior,
        knowingChallenger(settings),
        countingDistributions(training),
      ),
    });
    new MemoryWatch(this, 'Memories', surroundings);
    const watch = new ScheduledFunction(this, 'watch-silence', surroundings, {
      description: 'Looks for sources that should have spoken and did not',
      everyMinutes: environment.schedules.watchSilenceMinutes,
      uses: allOf(common, states, lookingInto(stream)),
      memoryMb: 512,
      timeout: Duration.seconds(50),
      inNetwork: true,
      impact: 'Nobody is told of sources that fall silent, nor of a detection that stands.',
    });
    const rescore = new ScheduledFunction(this, 'rescore-degraded', surroundings, {
      description: 'Scores rows again that the model had missed',
      everyMinutes: environment.schedules.rescoreMinutes,
      uses: allOf(common, model, plain({ RESCORE_HOURS: String(environment.schedules.rescoreHours) })),
      memoryMb: 1_024,
      timeout: Duration.minutes(4),
      inNetwork: true,
      impact: 'Rows that the built-in model scored stay degraded.',
    });
    const trainer = trainingOf(this, surroundings, stateful, { model, prior });
    new DriftWatch(this, 'Drift', surroundings, {
      training,
      ...(trainer === undefined ? {} : { stateMachine: trainer.stateMachine }),
    });
    const ofAlerts = { anomalies, notifications, alerts, store, stream, settings };
    const tellers = new AlertFunctions(this, 'Alerts', surroundings, ofAlerts);
    if (store.token !== undefined) {
      const token = new InfluxToken(this, 'StoreToken', surroundings, store.token);
      // A function takes the token once in its life.
      for (const user of [detection, watch, rescore, tellers]) user.node.addDependency(token);
    }
    if (archive !== undefined && environment.archive !== undefined) {
      new Archive(this, 'Archive', surroundings, { stream, bucket: archive, settings: environment.archive });
    }
    if (environment.store.kind === 'timestream-influx') watchInflux(this, surroundings);
    new OperationsDashboard(this, 'Dashboard', surroundings);
    if (environment.iotTopic !== undefined) {
      new DeviceRule(this, 'Devices', surroundings, { topic: environment.iotTopic, stream, failed: quarantine });
    }
  }
}

/** Shares at which AWS has an instance in production looked after; of its processors, the one that it calls critical: compaction has its peaks. */
const INFLUX_ALARMS = [
  {
    ...{ runbook: 'store-fills', metricName: 'DiskUtilization', statistic: Stats.MAXIMUM, above: 80 },
    impact: 'The disk of the store fills; once it is full no point is stored, and all wait in the stream.',
  },
  {
    ...{ runbook: 'store-memory', metricName: 'MemoryUtilization', statistic: Stats.MAXIMUM, above: 80 },
    impact: 'The store runs out of memory; without any it ends, and all points wait in the stream.',
  },
  {
    ...{ runbook: 'store-busy', metricName: 'CPUUtilization', statistic: Stats.AVERAGE, above: 90 },
    impact: 'The store has no time left; points are stored late, and queries are slow.',
  },
] as const;

function watchInflux(scope: Construct, { environment, operations }: Surroundings): void {
  for (const { metricName, statistic, ...alarm } of INFLUX_ALARMS) {
    const metric = ofInflux(environment.name, metricName).with({ statistic, period: FIVE_MINUTES });
    operations.alarm(scope, { ...alarm, metric, periods: 3 });
  }
}

/** @throws {Error} if an environment trains that keeps no archive */
function trainingOf(
  scope: Construct,
  surroundings: Surroundings,
  stateful: StatefulStack,
  ofDetection: Pick<TrainingProps, 'model' | 'prior'>,
) {
  const { environment } = surroundings;
  if (environment.training === undefined) return undefined;
  const { archive, training, mlflow, settings, alerts, operators } = stateful;
  if (archive === undefined) throw new Error(`${environment.name}: training needs the archive, and there is none`);
  return new Training(scope, 'Training', surroundings, environment.training, {
    ...{ archive, training, mlflow, settings, alerts, operators },
    ...ofDetection,
  });
}
