import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { PriorDocumentSchema } from '../../shared/detection/population-prior';
import type { Environment } from '../config/environment';
import { type Part, plain } from './part';

const FILE = 'prior.json';

/**
 * What new series borrow: the row's file in a layer, which functions have as a file of theirs. It changes with a deploy alone,
 * for all of them, and never under a running one. Where the row names none there is no layer.
 *
 * @throws {Error} if the file cannot be read or holds no prior
 */
export function lending(scope: Construct, { name, detection }: Environment): Part<{ readonly PRIOR_FILE?: string }> {
  const { prior } = detection;
  if (prior === undefined) return plain({});
  const folder = mkdtempSync(path.join(tmpdir(), 'tidewatch-prior-'));
  writeFileSync(path.join(folder, FILE), textOf(name, prior));
  const layer = new LayerVersion(scope, 'Prior', {
    layerVersionName: `tidewatch-${name}-prior`,
    description: `What new series of ${name} begin with`,
    code: Code.fromAsset(folder),
    compatibleArchitectures: [Architecture.ARM_64],
    compatibleRuntimes: [Runtime.NODEJS_24_X],
  });
  // It was copied into the assembly when the layer was made.
  rmSync(folder, { recursive: true });
  return {
    variables: { PRIOR_FILE: `/opt/${FILE}` },
    grantTo: (user) => user.addLayers(layer),
  };
}

function textOf(environment: string, file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    PriorDocumentSchema.parse(JSON.parse(text));
    return text;
  } catch (cause) {
    const words = `${environment}: detection.prior names ${file}, which cannot be read or is no prior, as tidewatch prior writes them`;
    throw new Error(words, { cause });
  }
}
