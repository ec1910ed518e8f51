/**
 * Header `X-Amzn-SageMaker-Custom-Attributes`: `schema=1;model=built-in-1`. A request says the schema of its feature
 * vectors, an answer the schema that was understood and the model that scored. Values are percent-encoded.
 */
export interface CustomAttributes {
  /** Version of the feature vector. */
  readonly schema?: number;
  readonly model?: string;
}

export const CUSTOM_ATTRIBUTES_HEADER = 'x-amzn-sagemaker-custom-attributes';

export function encodeAttributes({ schema, model }: CustomAttributes): string {
  const parts = [
    schema === undefined ? [] : `schema=${schema}`,
    model === undefined ? [] : `model=${encodeURIComponent(model)}`,
  ];
  return parts.flat().join(';');
}

/** What can be understood of a header; other attributes are left alone. */
export function decodeAttributes(header: string | undefined): CustomAttributes {
  const pairs = (header ?? '').split(';').map((part) => part.split('='));
  const attribute = (key: string) => pairs.find(([name]) => name?.trim() === key)?.[1]?.trim();
  const schema = attribute('schema');
  const model = decoded(attribute('model'));
  return {
    ...(schema !== undefined && /^\d{1,9}$/.test(schema) ? { schema: Number(schema) } : {}),
    ...(model === undefined || model === '' ? {} : { model }),
  };
}

function decoded(value: string | undefined): string | undefined {
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
