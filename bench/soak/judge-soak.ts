import { stateBytes } from '../../shared/costs/measured';

/** What a soak came to. */
export interface SoakRun {
  readonly metrics: number;
  /** Of the largest state of a source, at the end of any week. */
  readonly bytesMost: number;
  /** Of the mean state at the end of the first week and at the end of the last. */
  readonly bytesFirst: number;
  readonly bytesLast: number;
  /** False alarms of a series and week after the first week, by kind of series; and of a source's relations. */
  readonly alarms: ReadonlyMap<string, number>;
}

export interface SoakPromises {
  /** False alarms of a series and week, of any kind of series and of a source's relations. */
  readonly alarmsMax: number;
  /** … and in the mean of them. */
  readonly alarmsMeanMax: number;
}

/** Costs count states by this figure, which is held to a tenth. */
const BYTES_SHARE_MAX = 1.1;
/** A state that has seen a week grows no more. */
const GROWTH_MAX = 1.02;

/** The promises that the run breaks, in words; none: all are kept. */
export function judgeSoak(run: SoakRun, { alarmsMax, alarmsMeanMax }: SoakPromises): readonly string[] {
  const { metrics, bytesMost, bytesFirst, bytesLast } = run;
  const told = stateBytes(metrics);
  const alarms = [...run.alarms.values()];
  const mean = alarms.reduce((sum, one) => sum + one, 0) / alarms.length;
  return [
    ...(bytesMost <= BYTES_SHARE_MAX * told
      ? []
      : [`a state takes ${bytesMost} bytes, where costs count ${told} for ${metrics} metrics`]),
    ...(bytesLast <= GROWTH_MAX * bytesFirst
      ? []
      : [`states grow from ${bytesFirst.toFixed(0)} bytes after the first week to ${bytesLast.toFixed(0)}`]),
    ...[...run.alarms].flatMap(([kind, perWeek]) =>
      perWeek <= alarmsMax ? [] : [`${kind}: ${perWeek.toFixed(2)} false alarms a week, more than ${alarmsMax}`],
    ),
    ...(mean <= alarmsMeanMax
      ? []
      : [`${mean.toFixed(2)} false alarms a week in the mean, more than ${alarmsMeanMax}`]),
  ];
}
