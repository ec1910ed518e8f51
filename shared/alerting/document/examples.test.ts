import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileDocument } from './compile';
import { documentJsonSchema } from './json-schema';
import { readDocument } from './read-document';

const text = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'alerting.md'), 'utf8');
const [whole, more] = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);

test('the document that docs/alerting.md teaches is one, also with what it adds later', () => {
  expect(readDocument(whole!).rules).toHaveLength(3);
  const document = readDocument(`${whole}${more}`);
  expect(document.maintenance).toHaveLength(1);
  expect(compileDocument(document).inhibitions).toHaveLength(1);
});

test('the schema for editors names every part of a document', () => {
  expect(documentJsonSchema()).toMatchObject({
    type: 'object',
    required: ['version', 'receivers', 'rules', 'route'],
    properties: { inhibit: {}, maintenance: {}, flapping: {}, maxAge: {}, timeZone: {} },
  });
});
