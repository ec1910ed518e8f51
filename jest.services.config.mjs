import config from './jest.config.mjs';

/** Tests that need servers: `npm run test:services` brings them (scripts/services). They fail without, and never skip. */
export default { ...config, testMatch: ['**/*.services.test.ts'], testPathIgnorePatterns: ['/node_modules/'] };
