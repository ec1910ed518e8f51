import { readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', 'lambdas');
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe.each(folders)('%s as AWS calls it', (folder) => {
  it('is loaded without an environment, and then names at each call what is missing', async () => {
    const { handler } = require(path.join(root, folder, 'handler')) as { handler: (event: object) => Promise<unknown> };
    for (let call = 0; call < 2; call++) {
      await expect(handler({ Records: [] })).rejects.toMatchObject({
        name: 'ConfigError',
        message: expect.stringMatching(/^environment: .*[A-Z_]+: /),
      });
    }
  });
});
