import type { Step } from '../world';
import { archive } from './archive';
import { bootstrap } from './bootstrap';
import { compareMetrics } from './compare-metrics';
import { deploy } from './deploy';
import { fileUnreadable } from './file-unreadable';
import { findFault } from './find-fault';
import { learnHistory } from './learn-history';
import { remove } from './remove';
import { scoreAgain } from './score-again';
import { update } from './update';
import { watchSilence } from './watch-silence';

/** In the order of a stack's life. */
export const STEPS: readonly Step[] = [
  bootstrap,
  deploy,
  learnHistory,
  findFault,
  fileUnreadable,
  archive,
  scoreAgain,
  watchSilence,
  compareMetrics,
  update,
  remove,
];
