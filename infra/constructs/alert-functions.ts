import { CfnOutput, Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import {
  callingTurns,
  drawing,
  keepingAlerts,
  knowingSecrets,
  mailing,
  notifying,
  ownQueue,
  producing,
} from './alert-parts';
import { knowingSettings, telling } from './data-parts';
import { DeployedFunction } from './deployed-function';
import { allOf, type Part, plain } from './part';
import type { StoreVariables } from './point-store';
import { productMetric } from './product-metric';
import { ScheduledFunction } from './scheduled-function';
import type { Surroundings } from './surroundings';
import { WorkQueue } from './work-queue';

export interface AlertFunctionsProps {
  readonly anomalies: ITopic;
  readonly notifications: ITopic;
  readonly alerts: ITable;
  readonly store: Part<StoreVariables>;
  readonly stream: IStream;
  readonly settings: IBucket;
}

/** Longest that a batch of events or notifications may take. */
const TIMEOUT = Duration.seconds(60);
/** An event is given up after about an hour, with the visibility of its queue between tries. */
const EVENT_RECEIVES_MAX = 10;
/** A notification is tried for hours, less and less often. */
const NOTIFICATION_RECEIVES_MAX = 40;
/** Both queues are empty within seconds as long as functions and providers do what they should. */
const AGE_MAX = Duration.minutes(10);
/** Providers slow down who calls too often. */
const SENDERS = 2;
const ROUTERS = 5;

type ChannelFunction = 'notify-email' | 'notify-slack' | 'notify-webhook';

/** From anomaly events to messages: rules and state of alerts, a queue and a function for each channel, and what people answer. */
export class AlertFunctions extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly surroundings: Surroundings,
    private readonly props: AlertFunctionsProps,
  ) {
    super(scope, id);
    const { environment } = surroundings;
    const turns = this.routeAlerts();
    const api = this.api(turns);
    const charts = drawing(this.drawChart());
    const { slackApiUrl, slackSigningSecret, linkKeysSecret } = environment.alerts;
    const buttons = slackSigningSecret === undefined ? {} : { SLACK_BUTTONS: 'on' };
    this.channel(
      'notify-slack',
      'slack',
      allOf(charts, plain({ ...given({ SLACK_API_URL: slackApiUrl }), ...buttons, SENDERS: String(SENDERS) })),
    );
    const page = { ACTION_URL: `${api}alerts/act`, LINK_KEYS_SECRET: linkKeysSecret };
    const links = linkKeysSecret === undefined ? {} : page;
    this.channel('notify-email', 'email', allOf(charts, mailing(environment), plain(links)));
    this.channel('notify-webhook', 'webhook', plain({}));
  }

  /** Gives the queue of turns. */
  private routeAlerts(): WorkQueue {
    const { anomalies, notifications, alerts } = this.props;
    const impact = 'People are not told of anomalies, or not in time.';
    const queue = { subject: 'route-alerts', impact, receivesMax: EVENT_RECEIVES_MAX, timeout: TIMEOUT };
    const events = new WorkQueue(this, 'Events', this.surroundings, { ...queue, ageMax: AGE_MAX });
    // These wait on purpose, and the schedule takes what has waited for too long.
    const turns = new WorkQueue(this, 'Turns', this.surroundings, { ...queue, subject: 'turns-of-groups' });
    const { function: route } = new ScheduledFunction(this, 'route-alerts', this.surroundings, {
      description: 'Routes anomalies to people',
      everyMinutes: 1,
      runCount: 'failed',
      uses: allOf(this.told(), keepingAlerts(alerts), notifying(notifications), callingTurns(turns)),
      memoryMb: 512,
      timeout: TIMEOUT,
      inNetwork: false,
      impact,
    });
    this.surroundings.operations.alarm(route, {
      runbook: 'turns-fail',
      impact,
      metric: productMetric(this.surroundings.environment, 'route-alerts', 'failed'),
      above: 0,
      periods: 3,
    });
    events.subscribeTo(anomalies);
    for (const source of [events, turns]) source.feed(route, ROUTERS);
    return turns;
  }

  private drawChart(): DeployedFunction<'draw-chart'> {
    return new DeployedFunction(this, 'draw-chart', this.surroundings, {
      description: 'Draws what an alert is about',
      uses: allOf(this.told(), this.props.store),
      memoryMb: 1_024,
      timeout: Duration.seconds(15),
      inNetwork: true,
      impact: 'Messages come without their chart.',
    });
  }

  private channel(name: ChannelFunction, channel: string, more: Part<object>): void {
    const { environment } = this.surroundings;
    const impact = `Nobody is told by ${channel}.`;
    const queue = new WorkQueue(this, `${channel}-queue`, this.surroundings, {
      subject: name,
      impact,
      receivesMax: NOTIFICATION_RECEIVES_MAX,
      timeout: TIMEOUT,
      ageMax: AGE_MAX,
    });
    const allowed = environment.alerts.allowedHosts?.join(',');
    const uses = allOf(
      this.told(),
      keepingAlerts(this.props.alerts),
      ownQueue(queue),
      knowingSecrets(environment),
      plain(given({ ALLOWED_HOSTS: allowed })),
      more,
    );
    const notify = new DeployedFunction(this, name, this.surroundings, {
      description: `Tells people by ${channel}`,
      uses,
      memoryMb: 512,
      timeout: TIMEOUT,
      inNetwork: false,
      impact,
    });
    this.surroundings.operations.alarm(notify, {
      runbook: 'notifications-refused',
      subject: channel,
      impact: `What people were to be told by ${channel} was refused for good.`,
      metric: productMetric(environment, name, 'refused'),
      above: 0,
    });
    queue.subscribeTo(this.props.notifications, channel);
    queue.feed(notify, SENDERS);
  }

  /** Gives where it is. */
  private api(turns: WorkQueue): string {
    const { environment } = this.surroundings;
    const { slackSigningSecret, linkKeysSecret, ingestTokensSecret } = environment.alerts;
    const secrets = {
      SLACK_SIGNING_SECRET: slackSigningSecret,
      LINK_KEYS_SECRET: linkKeysSecret,
      INGEST_TOKENS_SECRET: ingestTokensSecret,
    };
    const api = new DeployedFunction(this, 'api', this.surroundings, {
      description: 'Answers people and takes points by HTTPS',
      uses: allOf(
        this.told(),
        keepingAlerts(this.props.alerts),
        knowingSettings(this.props.settings),
        producing(this.props.stream),
        callingTurns(turns),
        knowingSecrets(environment),
        plain(given(secrets)),
      ),
      memoryMb: 512,
      timeout: Duration.seconds(15),
      inNetwork: false,
      impact: 'Buttons and links in messages do nothing, and points by HTTP are not taken.',
    });
    // Each of its ways has an authentication of its own, of the one who calls: Slack, a signed link, a token.
    const { url } = api.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
    new CfnOutput(this, 'ApiUrl', { value: url }).overrideLogicalId('ApiUrl');
    return url;
  }

  private told() {
    return telling(this.surroundings.environment);
  }
}

/** Without what is undefined. */
function given<Values extends Record<string, string | undefined>>(values: Values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    readonly [Key in keyof Values]?: string;
  };
}
