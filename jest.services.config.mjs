import config from './jest.config.mjs';

/** Tests that need a server: see scripts/with-redis.mjs. They fail without one. */
export default { ...config, testMatch: ['**/*.services.test.ts'], testPathIgnorePatterns: ['/node_modules/'] };
