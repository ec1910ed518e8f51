import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { REFERENCE_FILE } from '../../../shared/adapters/drift/document-references';
import { CHALLENGER_FILE, SHADOW_FILE } from '../../../shared/training/shadow';

/** What a run keeps on disk, by place. A run that is started again on the same folder goes on where it stopped. */
export interface DataFolder {
  readonly root: string;
  /** The stream: records, consumers' checkpoints. */
  readonly log: string;
  /** States of sources. */
  readonly stateFile: string;
  /** Points and anomalies. */
  readonly storeFile: string;
  /** Alerts, groups, silences, rules, what was sent to whom. */
  readonly alertsFile: string;
  /** Which trained model scores; absent: the built-in one. */
  readonly liveModel: string;
  /** Thresholds and other settings that people change while it runs; each version of them; and what the command line said. */
  readonly settingsFile: string;
  readonly settingsVersions: string;
  readonly givenSettingsFile: string;
  /** Thresholds that were proposed last, and where a run that has the store open answers for it. */
  readonly proposalFile: string;
  readonly pastAddress: string;
  /** A challenger that is tried beside the live model, and what its alarms came to. */
  readonly challenger: string;
  readonly shadow: string;
  /** What vectors looked like to the newest training, and what they look like now. */
  readonly reference: string;
  readonly distributions: string;
  /** Messages that had nowhere else to go. */
  readonly inbox: string;
  /** Secrets by name, a file each. */
  readonly secrets: string;
  /** Records that cannot be used. */
  readonly quarantine: string;
  /** Records whose handling kept failing. */
  readonly failed: string;
  /** Truth of injected faults, NDJSON. */
  readonly faultsFile: string;
  /** What the demo must remember between starts. */
  readonly demoFile: string;
}

export function openDataFolder(root: string): DataFolder {
  const at = (name: string) => path.resolve(root, name);
  mkdirSync(at(''), { recursive: true });
  return {
    root: at(''),
    log: at('log'),
    stateFile: at('state.lmdb'),
    storeFile: at('store.duckdb'),
    alertsFile: at('alerts.lmdb'),
    liveModel: at('models/live.json'),
    settingsFile: at('settings.json'),
    settingsVersions: at('settings-versions'),
    givenSettingsFile: at('settings-given.json'),
    proposalFile: at('threshold-proposal.json'),
    pastAddress: at('past.json'),
    challenger: at(`models/${CHALLENGER_FILE}`),
    shadow: at(`models/${SHADOW_FILE}`),
    reference: at(`models/${REFERENCE_FILE}`),
    distributions: at('distributions'),
    inbox: at('inbox'),
    secrets: at('secrets'),
    quarantine: at('quarantine'),
    failed: at('failed'),
    faultsFile: at('faults.ndjson'),
    demoFile: at('demo.json'),
  };
}
