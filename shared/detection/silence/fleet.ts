import type { AnomalyEvent } from '../../domain/anomaly-event';
import type { FleetSettings } from '../../domain/settings';
import { type EventSettings, fleetEvent } from './silence-event';

/** Under this name the fleet's own state lies among those of sources; no source can be called so. */
export const FLEET_KEY = '\u0000fleet';
export const FLEET_FIELD = 'fleet';

/** What is known of the fleet as a whole. Times in epoch milliseconds. */
export interface FleetState {
  /** Begin of its silence; 0 = it is heard. */
  readonly opened: number;
  /** When the last silence ended: sources are given their time anew from there. 0 = there was none. */
  readonly heardAgain: number;
  /** Decided and perhaps not yet told. */
  readonly pending: readonly AnomalyEvent[];
}

export const FLEET_HEARD: FleetState = { opened: 0, heardAgain: 0, pending: [] };

/** What a look at the due sources came to. */
export interface FleetCount {
  readonly missed: number;
  readonly filed: number;
  /** Earliest deadline among the missed ones that were looked at. */
  readonly since: number;
}

/** The fleet's state after a look at it; the same object when nothing changes. */
export function judgeFleet(
  state: FleetState,
  { missed, filed, since }: FleetCount,
  now: number,
  fleet: FleetSettings,
  settings: EventSettings,
): FleetState {
  if (state.opened === 0) {
    if (missed < fleet.sourcesMin || missed < fleet.silentShare * filed) return state;
    const words = `${missed} of ${filed} sources are silent`;
    return { ...state, opened: since, pending: [fleetEvent('opened', { opened: since, at: since, words }, settings)] };
  }
  if (missed >= 0.5 * fleet.silentShare * filed) return state;
  const words = `${filed - missed} of ${filed} sources are heard`;
  const at = Math.max(now, state.opened);
  return { opened: 0, heardAgain: at, pending: [fleetEvent('closed', { opened: state.opened, at, words }, settings)] };
}

export function decodeFleet(saved: Uint8Array | undefined): FleetState {
  if (saved === undefined) return FLEET_HEARD;
  try {
    return { ...FLEET_HEARD, ...(JSON.parse(new TextDecoder().decode(saved)) as Partial<FleetState>) };
  } catch {
    return FLEET_HEARD;
  }
}

export function encodeFleet(state: FleetState): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(state));
}
