import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openFolderRegistry } from '../shared/adapters/registry/folder-registry';
import { openFolderWorkspace } from '../shared/adapters/workspace/folder-workspace';
import { builtInModel } from '../shared/detection/built-in-model';
import { openSourceDetector } from '../shared/detection/open-source-detector';
import type { SourceDetector } from '../shared/detection/source-detector';
import type { DataPoint } from '../shared/domain/data-point';
import { DEFAULT_SETTINGS } from '../shared/domain/settings';
import { Distributions } from '../shared/training/distributions';
import { DOCUMENTS } from '../shared/training/plan';
import type { ScoredDistributions } from '../shared/training/scored-distributions';
import { documentsOf } from '../shared/training/steps/documents';
import { prepareTraining } from '../shared/training/steps/prepare';
import { TrainingDocumentSchema, trainStep } from '../shared/training/steps/train';
import { FLEET_START } from './changing-fleet';

const DAY_MS = 86_400_000;

/** What live vectors and scores are like on each day of a fleet. */
export function distributionsByDay(points: Iterable<DataPoint>, count: number): Distributions[] {
  const days = Array.from({ length: count }, () => new Distributions(builtInModel.version));
  const detectors = new Map<string, SourceDetector>();
  for (const point of points) {
    const known = detectors.get(point.source);
    const detector = known ?? openSourceDetector(point.source, DEFAULT_SETTINGS.defaults, undefined);
    detectors.set(point.source, detector);
    const day = days[Math.floor((point.timestamp - FLEET_START) / DAY_MS)]!;
    for (const observation of detector.advance(point))
      if (observation.features !== undefined) day.add(observation, builtInModel.score(observation.features).anomaly);
  }
  return days;
}

/**
 * What a training at the end of a day of the fleet leaves behind to compare with, through the steps as they are deployed; without
 * labels, so with injected faults.
 *
 * @param share of the weeks of sources that are held back for these
 * @throws {Error} if there was nothing to train on
 */
export async function trainedReference(
  points: readonly DataPoint[],
  day: number,
  share = 0.1,
): Promise<ScoredDistributions> {
  const to = FLEET_START + day * DAY_MS;
  const folder = await mkdtemp(path.join(tmpdir(), 'tidewatch-fleet-'));
  const workspace = openFolderWorkspace(path.join(folder, 'runs'));
  const run = `day-${day}`;
  const services = {
    workspace,
    registry: openFolderRegistry(path.join(folder, 'models')),
    settings: async () => DEFAULT_SETTINGS,
    labels: async () => [],
    extent: async () => ({ from: FLEET_START, to }),
    history: async () => ({ bySource: false, read: () => stream(points) }),
    openDetector: openSourceDetector,
    now: () => to,
  };
  try {
    await prepareTraining(services, { run, trigger: 'drift', to, injection: { share } });
    const { ended, found } = await trainStep(services, { run });
    if (ended) throw new Error(found.join('; '));
    return (await documentsOf(workspace, run).need(DOCUMENTS.training, TrainingDocumentSchema)).distributions;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* stream(points: readonly DataPoint[]) {
  yield* points;
}
