import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', 'lambdas');
const folders = readdirSync(root).filter((folder) => existsSync(path.join(root, folder, 'handler.ts')));
const context = { invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:f', awsRequestId: 'r' };
/** Functions that need nothing to be told. */
const CONTENT = ['archive-points'];

describe.each(folders)('%s as AWS calls it', (folder) => {
  const load = () =>
    (require(path.join(root, folder, 'handler')) as { handler: (event: object, context: object) => Promise<unknown> })
      .handler;

  it('is loaded without an environment', () => {
    expect(load()).toEqual(expect.any(Function));
  });

  if (CONTENT.includes(folder)) return;
  it('names what is missing in its environment, at each call', async () => {
    for (let call = 0; call < 2; call++) {
      await expect(load()({ Records: [] }, context)).rejects.toMatchObject({
        name: 'ConfigError',
        message: expect.stringMatching(/^environment: .*[A-Z_]+: /),
      });
    }
  });
});
