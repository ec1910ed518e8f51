import { decodeAttributes, encodeAttributes } from './custom-attributes';

describe('custom attributes', () => {
  it.each(['built-in-1', 'mlflow:models/7', 'a;b=c', 'größe 水', '%'])('carry model %s', (model) => {
    const header = encodeAttributes({ schema: 3, model });
    expect(header).toMatch(/^[\x21-\x7e]+$/);
    expect(decodeAttributes(header)).toEqual({ schema: 3, model });
  });

  it.each<[string | undefined, object]>([
    [undefined, {}],
    ['', {}],
    ['schema=1', { schema: 1 }],
    [' model=m ; other=x; schema = 2', { schema: 2, model: 'm' }],
    ['schema=-1;model=', {}],
    ['schema=1e3;model=%zz', {}],
    ['schema', {}],
  ])('%j is read as far as it can be', (header, attributes) => {
    expect(decodeAttributes(header)).toEqual(attributes);
  });
});
