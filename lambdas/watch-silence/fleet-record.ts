import { CHECKPOINT_FIELD, type StateCache, type StateFields } from '../../shared/detection/ports';
import {
  decodeFleet,
  encodeFleet,
  FLEET_FIELD,
  FLEET_KEY,
  type FleetCount,
  type FleetState,
  judgeFleet,
} from '../../shared/detection/silence/fleet';
import type { Services } from './services';
import { tell } from './tell';

/** The fleet's state as it was loaded, and what a write of it must find. */
export interface FleetRecord {
  readonly state: FleetState;
  readonly revision: Uint8Array | undefined;
}

/** Another run wrote the fleet's state meanwhile: it does what there is to do. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** The fleet's state and those of sources, in one call. */
export async function loadFleet(
  cache: StateCache,
  sources: readonly string[],
): Promise<{ readonly fleet: FleetRecord; readonly states: readonly (StateFields | undefined)[] }> {
  const [fields, ...states] = await cache.load([FLEET_KEY, ...sources]);
  const fleet = { state: decodeFleet(fields?.get(FLEET_FIELD)), revision: fields?.get(CHECKPOINT_FIELD) };
  return { fleet, states };
}

/** Tells what an earlier run decided and perhaps did not come to tell. */
export async function tellFleet(services: Services, { state, revision }: FleetRecord): Promise<void> {
  if (state.pending.length === 0) return;
  await tell(services, state.pending);
  await write(services.cache, revision, { ...state, pending: [] }, revision!);
}

/** Judges the fleet; a change is written, then told, then noted as told. Gives the state after it, the same one if none. */
export async function moveFleet(
  services: Services,
  { state, revision }: FleetRecord,
  count: FleetCount,
  now: number,
): Promise<FleetState> {
  const { settings } = services;
  const event = { version: settings.version, threshold: settings.defaults.threshold };
  const next = judgeFleet(state, count, now, settings.fleet, event);
  if (next === state) return state;
  const written = Buffer.from(String(Number(Buffer.from(revision ?? '0').toString()) + 1));
  await write(services.cache, revision, next, written);
  await tellFleet(services, { state: next, revision: written });
  return next;
}

async function write(
  cache: StateCache,
  expected: Uint8Array | undefined,
  state: FleetState,
  revision: Uint8Array,
): Promise<void> {
  const fields = new Map([
    [FLEET_FIELD, encodeFleet(state)],
    [CHECKPOINT_FIELD, revision],
  ]);
  const [won] = await cache.commit([{ source: FLEET_KEY, expected, fields }]);
  if (won !== true) throw new Overtaken('another run of the watch has judged the fleet');
}
