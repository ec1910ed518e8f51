import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { type FakeServer, startFakeServer } from '../aws/testing/fake-server';
import { answerCloudFormation } from './custom-resource';

let cloudFormation: FakeServer;
beforeEach(async () => {
  cloudFormation = await startFakeServer((_, response) => void response.writeHead(200).end());
});
afterEach(() => cloudFormation.close());

const event = (RequestType: 'Create' | 'Update' | 'Delete') =>
  ({
    ...{
      RequestType,
      ServiceToken: 'arn',
      ResponseURL: `${cloudFormation.url}/answer?signed`,
      ResourceType: 'Custom::It',
    },
    ...{
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Prepared',
      ResourceProperties: { Bucket: 'points' },
    },
  }) as unknown as CloudFormationCustomResourceEvent;
const answers = () => cloudFormation.requests.map(({ body }) => JSON.parse(body));
const options = { physicalId: 'it', log: 'stream' };

describe('a custom resource', () => {
  it.each(['Create', 'Update'] as const)('%s does the work and says so', async (type) => {
    const seen: unknown[] = [];
    await answerCloudFormation(event(type), { ...options, work: async (properties) => void seen.push(properties) });
    expect(seen).toEqual([{ Bucket: 'points' }]);
    expect(answers()).toMatchObject([
      {
        Status: 'SUCCESS',
        PhysicalResourceId: 'it',
        StackId: 'stack',
        RequestId: 'request',
        LogicalResourceId: 'Prepared',
      },
    ]);
    expect(cloudFormation.requests[0]).toMatchObject({ method: 'PUT', path: '/answer?signed' });
  });

  it('Delete does nothing and says so', async () => {
    await answerCloudFormation(event('Delete'), { ...options, work: () => Promise.reject(new Error('not asked')) });
    expect(answers()).toMatchObject([{ Status: 'SUCCESS' }]);
  });

  it('says why it failed, and where more is to be read', async () => {
    await answerCloudFormation(event('Create'), { ...options, work: () => Promise.reject(new Error('store: away')) });
    expect(answers()).toMatchObject([{ Status: 'FAILED', Reason: 'store: away (log stream stream)' }]);
  });

  it('tells again when it was not heard', async () => {
    cloudFormation.answer = (_, response, call) => void response.writeHead(call === 0 ? 500 : 200).end();
    await answerCloudFormation(event('Create'), { ...options, work: async () => undefined });
    expect(answers()).toHaveLength(2);
  });
});
