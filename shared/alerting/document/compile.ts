import type { Receiver } from '../../domain/receiver';
import { type Condition, readMatch } from './match';
import { type ReadRoute, readRoutes } from './routes';
import { type ReadRule, readRules, zonedWindows } from './rules';
import type { AlertingDocument, FlappingLimits, Inhibition, Maintenance } from './schema';
import type { WeeklyWindow } from './windows';

/** A document made ready for use; reading it again for every event would cost more than the event. */
export interface Alerting {
  readonly rules: readonly ReadRule[];
  readonly root: ReadRoute;
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly inhibitions: readonly ReadInhibition[];
  readonly maintenance: readonly ReadMaintenance[];
  readonly flapping: FlappingLimits;
  readonly maxAgeMs: number;
}

export interface ReadInhibition {
  readonly inhibition: Inhibition;
  readonly source: readonly Condition[];
  readonly target: readonly Condition[];
}

export interface ReadMaintenance {
  readonly maintenance: Maintenance;
  readonly match: readonly Condition[];
  readonly windows: readonly WeeklyWindow[];
}

export function compileDocument(document: AlertingDocument): Alerting {
  const { timeZone } = document;
  return {
    rules: readRules(document.rules, timeZone),
    root: readRoutes(document.route, timeZone),
    receivers: new Map(document.receivers.map((receiver) => [receiver.name, receiver])),
    inhibitions: document.inhibit.map((inhibition) => ({
      inhibition,
      source: readMatch(inhibition.source),
      target: readMatch(inhibition.target),
    })),
    maintenance: document.maintenance.map((maintenance) => ({
      maintenance,
      match: readMatch(maintenance.match),
      windows: zonedWindows(maintenance.windows, timeZone),
    })),
    flapping: document.flapping,
    maxAgeMs: document.maxAge,
  };
}
