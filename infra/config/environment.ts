/**
 * Everything in which environments differ. Constructs ask for these values, never for the environment's name.
 */
export interface Environment {
  /** Of the stage, as in `cdk deploy 'dev/*'`, and of everything in it: lower-case letters and digits, 20 at most. */
  readonly name: string;
  /** Absent: whatever the deployer's credentials say. */
  readonly account?: string;
  readonly region?: string;
  /** What its sizes carry with room, as a test holds it to; absent: nobody says. */
  readonly sizedFor?: SizedFor;
  /** What becomes of data when its stack is deleted. */
  readonly data: 'kept' | 'deleted';
  /** Who owns the key that data lies under: AWS costs nothing, an own key can be revoked and costs a dollar a month. */
  readonly encryption: 'aws-key' | 'own-key';
  /** Who gets mail when an alarm fires; each address must confirm once. */
  readonly operators: readonly string[];
  readonly logDays: 1 | 7 | 30 | 90 | 365;
  /** Are traces sent to X-Ray? */
  readonly tracing: boolean;
  readonly stream: StreamSettings;
  /** Absent: functions run outside any VPC, and states and store must be reachable from there. */
  readonly network?: NetworkSettings;
  readonly states: StatesSettings;
  readonly store: StoreSettings;
  readonly model: ModelSettings;
  readonly detection: DetectionSettings;
  /** Absent: every series has a memory, the cache grows as far as `states` lets it, and the store for ever. */
  readonly budget?: BudgetSettings;
  readonly schedules: ScheduleSettings;
  readonly drift: DriftSettings;
  readonly alerts: AlertSettings;
  /** Absent: points are kept by the store alone. */
  readonly archive?: ArchiveSettings;
  /** Absent: nothing is trained here. Needs the archive. */
  readonly training?: TrainingSettings;
  /** Devices publish points here by MQTT; absent: there is no rule. */
  readonly iotTopic?: string;
}

/** So many sources, each with a point of so many metrics at this interval: `tidewatch size` tells what carries more. */
export interface SizedFor {
  readonly sources: number;
  readonly metrics: number;
  readonly intervalSeconds: number;
}

export interface StreamSettings {
  /** A shard takes 1 MB/s or 1,000 records/s. */
  readonly shards: number | 'on-demand';
  /** How long an outage may last before points are lost. */
  readonly retentionHours: number;
}

export interface NetworkSettings {
  /** Availability zones that have an endpoint of each service; an endpoint costs about 8 dollars a month and zone. */
  readonly endpointZones: 1 | 2;
  /** Names of the two zones, as `eu-central-1a`, where the region's first two lack a service. */
  readonly zones?: readonly [string, string];
}

/** A server that is there already. */
export interface ServerByUrl {
  readonly kind: 'url';
  readonly url: string;
  /**
   * Where it is, as `10.20.0.0/24`, and at which port, from the environment's network: needed where there is a network, since
   * nothing leads out of it. Functions may speak to these addresses; the way (a peering with its routes) is made by whoever has
   * the server.
   */
  readonly reachedAt?: { readonly cidr: string; readonly port: number };
}

/** Where the states of sources are. */
export type StatesSettings =
  | {
      /** ElastiCache Serverless (Valkey), in the network. */
      readonly kind: 'elasticache';
      /** What it may grow to, and cost. A source of three metrics takes about 13 kB. */
      readonly gigabytesMax: number;
      readonly ecpuPerSecondMax: number;
      readonly snapshotDays: number;
    }
  | ServerByUrl;

/** The time-series store. */
export type StoreSettings =
  | {
      /** Timestream for InfluxDB, in the network. */
      readonly kind: 'timestream-influx';
      readonly instance:
        | 'db.influx.medium'
        | 'db.influx.large'
        | 'db.influx.xlarge'
        | 'db.influx.2xlarge'
        | 'db.influx.4xlarge'
        | 'db.influx.8xlarge'
        | 'db.influx.12xlarge'
        | 'db.influx.16xlarge';
      readonly gigabytes: number;
      /**
       * How long rows are kept after their time; older points are refused by the store, and the archive has all. Absent: until
       * the disk is full.
       */
      readonly retentionDays?: number;
      readonly standby: boolean;
      /** Another number than before: a deploy makes a new token for functions. Absent: 1. */
      readonly tokenRevision?: number;
    }
  | {
      /** Timestream for LiveAnalytics: takes no new customers since June 2025. */
      readonly kind: 'timestream';
      readonly memoryHours: number;
      readonly magneticDays: number;
      /** The account's cell, as `cell2`: `aws timestream-write describe-endpoints`. */
      readonly cell: string;
    }
  | (ServerByUrl & {
      /** Name of a secret of Secrets Manager that holds the token; absent: the server asks for none. */
      readonly tokenSecret?: string;
    });

/** The endpoint that scores. */
export type ModelSettings =
  | { readonly kind: 'sagemaker'; readonly instance: string; readonly instances: number }
  | ServerByUrl;

export interface DetectionSettings {
  readonly memoryMb: number;
  readonly batchRecords: number;
  readonly batchWindowSeconds: number;
  /** Batches of one shard at the same time. Above 1, a source may be told silent while another batch with its points waits. */
  readonly parallelization: number;
  /** How often and how long a batch is tried before it goes to the failed ones; the shorter of both. */
  readonly retries: number;
  readonly recordAgeHoursMax: number;
  /**
   * File, as `tidewatch prior` writes it, of what new series borrow from like ones, and by which series beyond the budget are
   * ranked; absent: new series borrow what all series have in common. Another file: raise the version of the settings too.
   */
  readonly prior?: string;
}

/** What bounds memory of cache and store, and its cost, when names multiply, by mistake or by ill will. */
export interface BudgetSettings {
  /**
   * Series (a metric of a source each) that may have a memory, first come; values of further ones are stored unscored, and an
   * alarm says so. At most as many as the cache has room for when each takes all that it can: about 130,000 a gigabyte.
   */
  readonly series: number;
  /**
   * Series that may be stored without a memory, first come; points of further ones go to quarantine. With `series` at most as many
   * as are advised for the store's instance: 250,000 for each of its processors, 10,000,000 for any.
   */
  readonly strangers: number;
}

export interface ScheduleSettings {
  readonly watchSilenceMinutes: number;
  readonly rescoreMinutes: number;
  /** How far back each run looks for degraded rows: it reads all points of that time, which some stores charge for. */
  readonly rescoreHours: number;
}

/** When live vectors count as different from those of training. */
export interface DriftSettings {
  /** Population stability index from which on a feature has drifted, and training starts. */
  readonly limit: number;
  /** How far back live vectors are looked at, and how many there must be. */
  readonly hours: number;
  readonly vectorsMin: number;
}

/** Names of secrets begin with `tidewatch/<environment>/`; a way whose secret is not named is closed. */
export interface AlertSettings {
  /** Sender of mail where rules name none; SES must have verified it, or its domain. Other senders of that domain may be named by rules. */
  readonly mailFrom?: string;
  /**
   * Other addresses or domains of SES that mail may be sent with: of senders that rules name, and, while the account is in SES's
   * sandbox, of the recipients. No others of the account.
   */
  readonly mailIdentities?: readonly string[];
  /** Configuration sets that these identities have in SES: sending asks for a right on them too. */
  readonly mailConfigurationSets?: readonly string[];
  /** Of Slack's app, by which it is known that a pressed button is Slack's. */
  readonly slackSigningSecret?: string;
  /** Signs links in mail on which people act. */
  readonly linkKeysSecret?: string;
  /** Bearer tokens that may post points. */
  readonly ingestTokensSecret?: string;
  /** Hosts that may be told although they are private, and without TLS. */
  readonly allowedHosts?: readonly string[];
  /** Slack's own, if absent. */
  readonly slackApiUrl?: string;
}

export interface ArchiveSettings {
  readonly bufferSeconds: number;
  readonly bufferMegabytes: number;
  /** After so many days to the cheaper class. */
  readonly infrequentAfterDays: number;
  /** Absent: for ever. */
  readonly deletedAfterDays?: number;
}

/** How models are trained and put live. */
export interface TrainingSettings {
  /** What replays points: training jobs; or functions, for as many points as one replays in a quarter of an hour. */
  readonly by:
    | {
        readonly kind: 'sagemaker';
        readonly instance: string;
        readonly gigabytes: number;
        readonly hoursMax: number;
        /** Cheaper machines that may be taken away; a job then goes on from what it had done. */
        readonly spot: boolean;
      }
    | { readonly kind: 'function'; readonly memoryMb: number };
  readonly everyDays: number;
  /** How far back it goes. */
  readonly historyDays: number;
  /** Points that a run replays at most: of more, a part of the sources is drawn. Reading them all takes its time nevertheless. */
  readonly pointsMax: number;
  /** How long a challenger scores beside the live model at least; 0: not at all. */
  readonly shadowHours: number;
  /** An MLflow; absent: models are kept in the training bucket, which costs next to nothing. */
  readonly registry?: RegistrySettings;
}

export type RegistrySettings =
  | {
      /** One that is there already. */
      readonly kind: 'url';
      /** Address, or ARN of one that SageMaker manages. */
      readonly uri: string;
      /** Name of a secret that holds its token. */
      readonly tokenSecret?: string;
      /** Who asks, where it asks for user and password; the secret's name. Not with a token. */
      readonly basic?: { readonly user: string; readonly passwordSecret: string };
      /** Where it keeps artifacts, if functions are to put them there (`s3://…`) and not it; in the region of the environment. */
      readonly artifacts?: {
        readonly bucket: string;
        /** What keys begin with, as `mlflow/`; absent: any. */
        readonly prefix?: string;
        /** ARN of the own key that it lies under. */
        readonly key?: string;
      };
    }
  | {
      /** One that SageMaker manages, made here. It costs by the hour, whether anybody asks it or not. */
      readonly kind: 'sagemaker';
      /** For 25, 50 or 100 users, as AWS says. */
      readonly size: 'Small' | 'Medium' | 'Large';
    };
