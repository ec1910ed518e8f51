import { childEnvironment, serverUrl } from './environment';

const before = process.env;
afterEach(() => {
  process.env = before;
});

test('children see nothing of the user: no profile, no credentials, and no endpoint but the emulator', () => {
  process.env = {
    PATH: '/bin',
    HOME: '/home/someone',
    AWS_PROFILE: 'production',
    AWS_ACCESS_KEY_ID: 'AKIAREAL',
    AWS_SESSION_TOKEN: 'real',
    AWS_ENDPOINT_URL_S3: 'https://s3.amazonaws.com',
    CDK_DEFAULT_ACCOUNT: '123456789012',
  };
  const environment = childEnvironment('/tmp/empty', 'http://127.0.0.1:4566');
  expect(environment).toMatchObject({
    PATH: '/bin',
    HOME: '/tmp/empty',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
  });
  expect(Object.keys(environment)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/PROFILE|SESSION_TOKEN|ENDPOINT_URL_|DEFAULT_ACCOUNT/)]),
  );
  expect(JSON.stringify(environment)).not.toMatch(/real|someone|production|amazonaws/i);
});

test.each([
  ['https://kinesis.eu-central-1.amazonaws.com', /a server of this machine/],
  ['http://10.0.0.7:4566', /a server of this machine/],
  [undefined, /is not set/],
])('what is deployed to must be on this machine, not %s', (url, refusal) => {
  process.env = url === undefined ? {} : { AWS_ENDPOINT_URL: url };
  expect(() => serverUrl('AWS_ENDPOINT_URL')).toThrow(refusal);
});
