import { createHash, createHmac } from 'node:crypto';
import { managedServer, signed } from './managed-server';

const ARN = 'arn:aws:sagemaker:eu-central-1:123456789012:mlflow-tracking-server/fleet-1';

describe('the address of managed MLflow', () => {
  it.each([
    [ARN, 'https://eu-central-1.experiments.sagemaker.aws'],
    [ARN.replace('eu-central-1', 'us-west-2'), 'https://us-west-2.experiments.sagemaker.aws'],
    [ARN.replace('mlflow-tracking-server', 'mlflow-app'), 'https://mlflow.sagemaker.eu-central-1.app.aws'],
    [ARN.replace('arn:aws:', 'arn:aws-us-gov:'), 'https://eu-central-1.experiments.sagemaker.aws'],
  ])('of %s is %s', (arn, url) => {
    expect(managedServer(arn).url).toBe(url);
  });

  it.each([
    'arn:aws:s3:::bucket',
    'arn:aws:sagemaker:eu-central-1:123456789012:endpoint/fleet',
    'arn:aws:sagemaker:eu-central-1:123456789012:mlflow-tracking-server/',
    'arn:aws:sagemaker:evil.example/:123456789012:mlflow-tracking-server/x',
    'arn:aws-cn:sagemaker:cn-north-1:123456789012:mlflow-tracking-server/x',
  ])('is not to be had of %s', (arn) => {
    expect(() => managedServer(arn)).toThrow(/MLFLOW_TRACKING_URI is the ARN of no MLflow/);
  });
});

/** Of AWS's own examples of signatures. */
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const WHEN = new Date(Date.UTC(2015, 7, 30, 12, 36));

describe('a signature', () => {
  const authorize = (token?: string) =>
    signed({
      region: 'us-east-1',
      headers: { 'x-mlflow-sm-tracking-server-arn': ARN },
      credentials: { ...KEYS, ...(token === undefined ? {} : { sessionToken: token }) },
      now: () => WHEN,
    });
  const host = 'us-east-1.experiments.sagemaker.aws';

  it('covers method, path, query, the named server, the digest of the body, and the session', async () => {
    const body = Buffer.from('{"name":"größe"}');
    const headers = await authorize('the-session')({
      method: 'POST',
      url: `https://${host}/api/2.0/mlflow/runs/search?b=2&a=%27x%20y%27`,
      headers: { 'content-type': 'application/json' },
      body,
    });
    const digest = createHash('sha256').update(body).digest('hex');
    const names =
      'content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-mlflow-sm-tracking-server-arn';
    const canonical = canonicalRequest(
      ['POST', '/api/2.0/mlflow/runs/search', 'a=%27x%20y%27&b=2', 'content-type:application/json'],
      ['x-amz-security-token:the-session'],
      names,
      digest,
    );
    expect(headers['authorization']).toBe(expected(names, canonical));
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-amz-content-sha256': digest,
      'x-amz-security-token': 'the-session',
      'x-mlflow-sm-tracking-server-arn': ARN,
    });
  });

  it('of a call without a body covers the digest of nothing', async () => {
    const url = `https://${host}/api/2.0/mlflow/registered-models/get?name=tidewatch`;
    const headers = await authorize()({ method: 'GET', url, headers: {}, body: undefined });
    const digest = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const names = 'host;x-amz-content-sha256;x-amz-date;x-mlflow-sm-tracking-server-arn';
    const begin = ['GET', '/api/2.0/mlflow/registered-models/get', 'name=tidewatch'];
    const canonical = canonicalRequest(begin, [], names, digest);
    expect(headers['authorization']).toBe(expected(names, canonical));
  });

  /** Spelt out by the rules of AWS's documentation, "Create a signed AWS API request". */
  function canonicalRequest(
    begin: readonly string[],
    session: readonly string[],
    names: string,
    digest: string,
  ): string {
    const always = [`host:${host}`, `x-amz-content-sha256:${digest}`, 'x-amz-date:20150830T123600Z'];
    return [...begin, ...always, ...session, `x-mlflow-sm-tracking-server-arn:${ARN}`, '', names, digest].join('\n');
  }

  function expected(names: string, canonical: string): string {
    const scope = '20150830/us-east-1/sagemaker-mlflow/aws4_request';
    const text = `AWS4-HMAC-SHA256\n20150830T123600Z\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
    const key = ['20150830', 'us-east-1', 'sagemaker-mlflow', 'aws4_request'].reduce<Buffer | string>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${KEYS.secretAccessKey}`,
    );
    const signature = createHmac('sha256', key).update(text).digest('hex');
    return `AWS4-HMAC-SHA256 Credential=${KEYS.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  }
});
