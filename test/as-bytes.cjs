// Files that the bundler takes in as bytes (build.mjs), read from where they lie.
module.exports = {
  process: (_source, path) => ({
    code: `module.exports = { __esModule: true, default: require('node:fs').readFileSync(${JSON.stringify(path)}) };`,
  }),
};
