// The AWS SDK writes ten lines about future Node versions at every start.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const transform = {
  '^.+\\.(ts|mjs)$': [
    '@swc/jest',
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
  ],
  '\\.(wasm|woff2)$': '<rootDir>/test/as-bytes.cjs',
};

/**
 * What the inner loops of what is tested look up. None that a test may put another in the place of: no clock, no timer, no process.
 */
const GLOBALS = [
  ...['Math', 'Number', 'BigInt', 'String', 'Object', 'Array', 'Map', 'Set', 'JSON', 'Promise', 'Error', 'Buffer'],
  ...['Uint8Array', 'Uint16Array', 'Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'DataView'],
];

export default {
  testEnvironment: 'node',
  // By default one core stays free, and with two that leaves the suite a single one.
  maxWorkers: '100%',
  roots: ['apps', 'bench', 'infra', 'lambdas', 'shared', 'test'].map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.test.ts'],
  // In the vm of a test each look-up of a global asks the vm's context: code that computes spends most of its time on it.
  sandboxInjectedGlobals: GLOBALS,
  // No test is about this time: it ends those that wait in vain, on a slow and busy machine too.
  testTimeout: 600_000,
  transform,
  transformIgnorePatterns: ['/node_modules/(?!.*\\.(wasm|woff2)$)'],
  // Needs a server that a bare machine does not have: run by its own script.
  testPathIgnorePatterns: ['/node_modules/', '\\.services\\.test\\.ts$'],
};
