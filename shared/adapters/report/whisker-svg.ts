import { Html } from '../html/html';
import { MODEL_INK } from './curve-svg';

export interface Measured {
  readonly value: number | null;
  readonly interval: readonly [number, number] | null;
}

const WIDTH = 170;
const HEIGHT = 24;
const PAD = 6;

/** Two models' values with their intervals on one scale from 0 to `max`: the champion above, the challenger below. */
export function whiskerSvg(champion: Measured, challenger: Measured, max: number): Html {
  if (champion.value === null && challenger.value === null) return new Html('');
  const place = (value: number) => (PAD + (WIDTH - 2 * PAD) * Math.min(1, value / (max || 1))).toFixed(1);
  const row = ({ value, interval }: Measured, y: number, color: string) => {
    if (value === null) return '';
    const range =
      interval === null
        ? ''
        : `<line x1="${place(interval[0])}" x2="${place(interval[1])}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2"/>`;
    return `${range}<circle cx="${place(value)}" cy="${y}" r="4" fill="${color}"/>`;
  };
  const rows = row(champion, 7, MODEL_INK.champion) + row(challenger, 17, MODEL_INK.challenger);
  return new Html(
    `<svg width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><line x1="${PAD}" x2="${WIDTH - PAD}" y1="12" y2="12" stroke="#d9d9d9"/>${rows}</svg>`,
  );
}
