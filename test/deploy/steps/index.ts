import type { Step } from '../world';
import { applyRules } from './apply-rules';
import { archive } from './archive';
import { bootstrap } from './bootstrap';
import { compareMetrics } from './compare-metrics';
import { deploy } from './deploy';
import { failUpdate } from './fail-update';
import { fileUnreadable } from './file-unreadable';
import { findFault } from './find-fault';
import { goBack } from './go-back';
import { learnHistory } from './learn-history';
import { postPoints } from './post-points';
import { redriveUnreadable } from './redrive';
import { remove } from './remove';
import { scoreAgain } from './score-again';
import { neverTaken, standStill } from './stand-still';
import { takeTurns } from './take-turns';
import { tellPeople } from './tell-people';
import { trainModel } from './train-model';
import { update } from './update';
import { watchDrift } from './watch-drift';
import { watchSilence } from './watch-silence';

/** In the order of a stack's life. */
export const STEPS: readonly Step[] = [
  bootstrap,
  deploy,
  applyRules,
  neverTaken,
  learnHistory,
  findFault,
  tellPeople,
  fileUnreadable,
  redriveUnreadable,
  archive,
  trainModel,
  watchDrift,
  postPoints,
  scoreAgain,
  watchSilence,
  standStill,
  takeTurns,
  compareMetrics,
  failUpdate,
  update,
  goBack,
  remove,
];
