import { cpSync } from 'node:fs';
import path from 'node:path';
import { anArtifact, aRecord } from '../../shared/adapters/contracts/model-registry.contract';
import { createDriftReferences } from '../../shared/adapters/drift/document-references';
import { createChallengerPlace } from '../../shared/adapters/live/document-challenger';

import { openFileDocument } from '../../shared/adapters/live/file-document';
import { createPointerDeployment } from '../../shared/adapters/live/pointer-deployment';
import { LIVE_FILE, openFolderRegistry } from '../../shared/adapters/registry/folder-registry';
import { liveModelIn } from '../../shared/adapters/registry/live-model-file';
import { trainingReportHtml } from '../../shared/adapters/report/training-report';
import { openFolderWorkspace } from '../../shared/adapters/workspace/folder-workspace';
import type { ModelArtifact } from '../../shared/detection/weighted-model';
import type { DataPoint } from '../../shared/domain/data-point';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings';
import type { Label } from '../../shared/training/labels';
import { sampleHash } from '../../shared/training/sample-hash';
import type { TrainingRequest } from '../../shared/training/steps/prepare';
import type { WalkServices } from '../../shared/training/steps/walk';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 5);
const HOURS = 300;
/** Of a leap that is labelled, every so many hours. */
const EVERY = 60;

/** Twelve days of a pump whose flow leaps now and then, which people have labelled. */
export const POINTS: readonly DataPoint[] = Array.from({ length: HOURS }, (_, i) => ({
  source: 'pump',
  timestamp: START + i * HOUR_MS,
  metrics: { flow: Math.sin(i / 4) + (sampleHash(i) % 1_000) / 1_000 + leapAt(i) },
  tags: {},
}));
export const LABELS: readonly Label[] = Array.from({ length: HOURS / EVERY }, (_, k) => {
  const from = START + (k * EVERY + 40) * HOUR_MS;
  return { source: 'pump', from, to: from + 6 * HOUR_MS, verdict: 'real', origin: 'people' };
});

/** Enough to be proved by in this small world. */
export const A_REQUEST = {
  run: 'run-1',
  gate: { windowsMin: 1, confidence: 0.5, falseAlarmsTimesMax: 1_000 },
  injection: { share: 0 },
} satisfies TrainingRequest;

/** The champion of before, which hears of relations alone: any model that was trained is better here. */
export const DEAF: ModelArtifact = {
  ...anArtifact(0),
  version: 'deaf',
  weights: { ...anArtifact(0).weights, relation: 1 },
};

/** Each higher than all before it: none becomes usual. */
function leapAt(i: number): number {
  return i % EVERY >= 41 && i % EVERY < 45 ? 6 * 2 ** Math.floor(i / EVERY) : 0;
}

/** A new one, in which a model is champion that is no good. */
export async function newTrainingWorld(folder: string): Promise<TrainingWorld> {
  const world = openTrainingWorld(folder);
  const { registry } = world.services;
  await registry.register(DEAF, aRecord('deaf'));
  await registry.promote(1);
  return world;
}

/** All that outlives a process: folders on this machine. */
export function openTrainingWorld(folder: string) {
  const at = (name: string) => path.join(folder, name);
  const clock = { now: Date.UTC(2026, 10, 22, 13) };
  const told: string[] = [];
  const live = openFileDocument(path.join(at('models'), LIVE_FILE));
  const challenger = openFileDocument(at('challenger.json'));
  const services: WalkServices = {
    workspace: openFolderWorkspace(at('runs')),
    registry: openFolderRegistry(at('models')),
    references: createDriftReferences(openFileDocument(at('reference.json'))),
    report: trainingReportHtml,
    settings: async () => DEFAULT_SETTINGS,
    labels: async () => LABELS,
    extent: async () => ({ from: START, to: START + HOURS * HOUR_MS }),
    history: async () => ({ bySource: true, read: () => stream(POINTS) }),
    challenger: createChallengerPlace(challenger),
    shadowMs: HOUR_MS,
    judge: async () => ({ verdict: 'go', reasons: ['as expected'] }),
    deployment: createPointerDeployment(liveModelIn(live)),
    tell: async (subject, words) => void told.push(`${subject}: ${words}`),
    patienceMs: Number.POSITIVE_INFINITY,
    now: () => clock.now,
    pause: async (ms) => {
      clock.now += ms;
    },
    begins: () => undefined,
    ends: () => undefined,
  };
  return {
    folder,
    services,
    told,
    live: live.read,
    challenger: challenger.read,
    /** What is on disk, as another world. */
    copiedTo(to: string) {
      cpSync(folder, to, { recursive: true });
      return openTrainingWorld(to);
    },
  };
}
export type TrainingWorld = ReturnType<typeof openTrainingWorld>;

export async function* stream(points: readonly DataPoint[]) {
  yield* points;
}
