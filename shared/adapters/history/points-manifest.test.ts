import { TrainingError } from '../../training/training-error';
import { manifestText, readManifest } from './points-manifest';

test('a manifest is what SageMaker reads: a prefix, then keys', () => {
  const manifest = { bucket: 'archive', keys: ['points/2026-11-22/13/a b"水.gz', 'points/2026-11-22/14/b.gz'] };
  expect(JSON.parse(manifestText(manifest))).toEqual([{ prefix: 's3://archive/' }, ...manifest.keys]);
  expect(readManifest(manifestText(manifest))).toEqual(manifest);
});

test('a prefix may hold the beginning of all keys, and a manifest no key', () => {
  expect(readManifest('[{"prefix":"s3://b/points/"},"x","y"]')).toEqual({
    bucket: 'b',
    keys: ['points/x', 'points/y'],
  });
  expect(readManifest('[{"prefix":"s3://b/"}]')).toEqual({ bucket: 'b', keys: [] });
});

test.each([
  ['no JSON', '['],
  ['no list', '{}'],
  ['no prefix', '["a"]'],
  ['another place', '[{"prefix":"https://b/"},"a"]'],
  ['a key that is none', '[{"prefix":"s3://b/"},7]'],
  ['nothing', '[]'],
])('is refused: %s', (_, text) => {
  expect(() => readManifest(text)).toThrow(TrainingError);
});
