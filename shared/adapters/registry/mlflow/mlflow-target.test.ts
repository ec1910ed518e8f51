import { mlflowTarget } from './mlflow-target';

const unsigned = { method: 'GET', url: 'http://127.0.0.1/', headers: { 'x-a': 'b' }, body: undefined };
const BASIC = `Basic ${Buffer.from('ops:p w/ü').toString('base64')}`;

describe('MLFLOW_TRACKING_URI', () => {
  it.each<[string, Parameters<typeof mlflowTarget>[1], string, string | undefined]>([
    ['http://127.0.0.1:5000', {}, 'http://127.0.0.1:5000', undefined],
    ['https://mlflow.example/behind/a/proxy/', {}, 'https://mlflow.example/behind/a/proxy', undefined],
    ['http://mlflow.internal:5000', {}, 'http://mlflow.internal:5000', undefined],
    ['https://ops:p%20w%2F%C3%BC@mlflow.example', {}, 'https://mlflow.example', BASIC],
    ['https://mlflow.example', { username: 'ops', password: 'p w/ü' }, 'https://mlflow.example', BASIC],
    ['https://other:x@mlflow.example', { username: 'ops', password: 'p w/ü' }, 'https://mlflow.example', BASIC],
    ['https://mlflow.example', { token: 't', username: 'ops' }, 'https://mlflow.example', 'Bearer t'],
    ['http://localhost:5000', { token: 't' }, 'http://localhost:5000', 'Bearer t'],
  ])('%s with %j', async (uri, access, url, authorization) => {
    const target = mlflowTarget(uri, access);
    expect(target.url).toBe(url);
    const headers = await target.authorize(unsigned);
    expect(headers).toEqual({ 'x-a': 'b', ...(authorization === undefined ? {} : { authorization }) });
  });

  it.each<[string, Parameters<typeof mlflowTarget>[1]]>([
    ['http://ops:hunter2@mlflow.example', {}],
    ['http://10.0.0.8:5000', { token: 'hunter2' }],
    ['http://127.0.0.1.example', { username: 'ops', password: 'hunter2' }],
  ])('%s with %j would show credentials, and is refused without showing them', (uri, access) => {
    expect(() => mlflowTarget(uri, access)).toThrow(/by HTTPS only/);
    expect(() => mlflowTarget(uri, access)).not.toThrow(/hunter2/);
  });

  it.each(['', 'mlflow.example', 'file:///mlruns', 'databricks', 'http://ops:hunter2%@x', 'sqlite:///hunter2.db'])(
    '%j is refused, and the value is not shown',
    (uri) => {
      expect(() => mlflowTarget(uri)).toThrow(/MLFLOW_TRACKING_URI must look like/);
      expect(() => mlflowTarget(uri)).not.toThrow(/hunter2/);
    },
  );
});
