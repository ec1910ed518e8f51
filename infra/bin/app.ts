import { tidewatchApp } from '../app';
import { environments } from '../config/environments';

/** What `cdk` calls, after a build, in the root of the repository. */
const { env } = process;
const emulator = {
  redisUrl: env['REDIS_URL'] ?? 'redis://127.0.0.1:6379',
  influxUrl: env['INFLUX_URL'] ?? 'http://127.0.0.1:8086/?db=tidewatch',
  modelUrl: env['SAGEMAKER_URL'] ?? 'http://127.0.0.1:8080',
  ...(env['MLFLOW_TRACKING_URI'] === undefined ? {} : { mlflowUrl: env['MLFLOW_TRACKING_URI'] }),
};
const built = { functions: 'dist/lambdas', modelServer: 'dist/images/model-server' };
tidewatchApp(environments(emulator), built).app.synth();
