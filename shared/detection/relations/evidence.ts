import { RELATION_SETTINGS } from './relation-settings';
import type { StateFields } from './state-fields';

const { evidenceRows, evidenceCap, smoothRows, smoothShare, patienceRowsMax } = RELATION_SETTINGS;

/**
 * What surprise adds up to over rows, and how long it has lasted: a fault is held out of learning, but what lasts as long as
 * the normal was known is accepted as a new normal.
 */
export class Evidence {
  /** Running mean of the (capped) surprise, from 0. */
  level = 0;
  /** Short running mean of the surprise. */
  private smooth = 0;
  /** Rows under suspicion: counts up while hot, down twice as fast otherwise. */
  private suspectRows = 0;
  hot = false;
  /** Hot, but for so long that it is the new normal. */
  accepting = false;

  /**
   * @param hotAbove evidence from which the row is suspect
   * @param patienceRows rows of suspicion until what is new is accepted
   */
  add(surprise: number, hotAbove: number, patienceRows: number): void {
    this.level += (Math.min(surprise, evidenceCap) - this.level) / evidenceRows;
    this.smooth += (surprise - this.smooth) / smoothRows;
    this.hot = this.level > hotAbove;
    this.suspectRows = this.hot ? this.suspectRows + 1 : Math.max(0, this.suspectRows - 2);
    this.accepting = this.hot && this.suspectRows > Math.min(patienceRowsMax, patienceRows);
  }

  /** Continuous score of a row with this surprise; about 0.45 when all is normal. */
  score(surprise: number): number {
    return Math.sqrt((1 - smoothShare) * surprise ** 2 + smoothShare * this.smooth ** 2);
  }

  transfer(fields: StateFields): void {
    this.level = fields.number(this.level);
    this.smooth = fields.number(this.smooth);
    this.suspectRows = fields.count(this.suspectRows);
  }
}
