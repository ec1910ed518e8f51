import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  type IInterfaceVpcEndpointService,
  InterfaceVpcEndpointAwsService,
  InterfaceVpcEndpointService,
  IpAddresses,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Environment, NetworkSettings } from '../config/environment';

/**
 * A VPC without a way to the internet: two zones, isolated subnets, and an endpoint for each service that functions in it call.
 * S3's is free; each of the others costs by the hour and zone, so no more than are called.
 */
export class Network extends Construct {
  private readonly vpc: IVpc;
  /** Of functions; servers let this one in. */
  readonly functions: SecurityGroup;

  constructor(scope: Construct, id: string, environment: Environment, settings: NetworkSettings) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.71.0.0/20'),
      ...(settings.zones === undefined ? { maxAzs: 2 } : { availabilityZones: [...settings.zones] }),
      natGateways: 0,
      subnetConfiguration: [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 23 }],
      // It would take a custom resource; nothing is ever in the default group.
      restrictDefaultSecurityGroup: false,
    }) as IVpc;
    this.logRefusals(environment);
    this.functions = new SecurityGroup(this, 'Functions', {
      vpc: this.vpc,
      description: 'Functions that use the cache or the store',
      allowAllOutbound: false,
    });
    // S3 keeps its public addresses behind its gateway, and nothing else is reached by those: there is no other way out.
    this.functions.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'S3 by its gateway');
    this.vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    this.addEndpoints(settings, environment);
    this.letReachServers(environment);
  }

  /** Of a function that is to run here. */
  get place(): Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'> {
    return { vpc: this.vpc, vpcSubnets: { subnets: this.subnets }, securityGroups: [this.functions] };
  }

  get subnets(): ISubnet[] {
    return this.vpc.isolatedSubnets;
  }

  /** A group for a server that functions reach at these ports, and nobody else. */
  serverGroup(scope: Construct, id: string, description: string, ports: readonly number[]): SecurityGroup {
    const group = new SecurityGroup(scope, id, { vpc: this.vpc, description, allowAllOutbound: false });
    for (const port of ports) group.connections.allowFrom(this.functions, Port.tcp(port));
    return group;
  }

  private addEndpoints({ endpointZones }: NetworkSettings, { store }: Environment): void {
    const group = this.serverGroup(this, 'Endpoints', 'Endpoints of AWS services', [443]);
    const services: Record<string, IInterfaceVpcEndpointService> = {
      Kinesis: InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
      SageMakerRuntime: InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME,
      SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
      Sns: InterfaceVpcEndpointAwsService.SNS,
      ...(store.kind === 'timestream' ? timestreamServices(store.cell) : {}),
    };
    for (const [name, service] of Object.entries(services)) {
      this.vpc.addInterfaceEndpoint(name, {
        service,
        subnets: { subnets: this.subnets.slice(0, endpointZones) },
        securityGroups: [group],
        open: false,
      });
    }
  }

  /** @throws {Error} for a server by URL that no way leads to */
  private letReachServers({ name, states, store, model }: Environment): void {
    for (const [part, server] of Object.entries({ states, store, model })) {
      if (server.kind !== 'url') continue;
      if (server.reachedAt === undefined) {
        throw new Error(
          `${name}: nothing leads from the network to ${part} by URL; say where it is in reachedAt, or have no network`,
        );
      }
      const { cidr, port } = server.reachedAt;
      this.functions.addEgressRule(Peer.ipv4(cidr), Port.tcp(port), `${part} by URL`);
    }
  }

  private logRefusals({ logDays }: Environment): void {
    const logGroup = new LogGroup(this, 'RefusedFlows', { retention: logDays, removalPolicy: RemovalPolicy.DESTROY });
    this.vpc.addFlowLog('Refused', {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: FlowLogTrafficType.REJECT,
    });
  }
}

/** LiveAnalytics has an endpoint for each of its cells. */
function timestreamServices(cell: string): Record<string, IInterfaceVpcEndpointService> {
  const service = (part: string) =>
    new InterfaceVpcEndpointService(`com.amazonaws.${Aws.REGION}.timestream.${part}-${cell}`, 443);
  return { TimestreamIngest: service('ingest'), TimestreamQuery: service('query') };
}
