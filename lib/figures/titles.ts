/**
 * Titles that answer a question the notebook has just asked: a reader who predicts, and then runs the cell, shall not read
 * the answer in its code. Titles that give nothing away stand in the notebook, or are the builders' own.
 *
 * Keys name what is drawn, never what is seen in it.
 */
export const titles = Object.freeze({
  // 00
  statePath: "The path of a thousand units runs along the edges of a cube",
  // 01
  descentPaths: "Two methods leap, gradient descent zigzags",
  descentCurves: "Gradient descent gains a little each step, the others more",
  beforeGhost: "Near x = 0 nothing rests, yet everything waits",
  // 02
  twoGains: "One network falls silent, the other never comes to rest",
  // 03
  weightChange: "Training changes the reservoir in three directions only",
  chaos: "At g = 1.5 neighbours part exponentially: chaos",
  // 04
  strongTest: "Strong network: bits are lost, and found again",
  gentleTest: "Gentle network: most bits are kept",
  threeBitSkeletons: "The gentle network has the whole skeleton, and a split centre",
  strongPhaseSpace: "Strong network: the same cube, with saddles on eight of its twelve edges",
  gentlePhaseSpace: "Gentle network: attractors at the corners, saddles on the edges and faces",
  // 05
  strongDisc: "g = 1.5: the disc reaches beyond 1, so the origin is unstable",
  gentleDisc: "g = 0.8: the disc ends before 1, so the origin is stable",
  originOverTraining: "At g = 1.5 the origin never rests; at g = 0.8 it rests for a moment",
  lostRest: "The origin rests until the first pulse has come, and seldom much longer",
  strongEvolution: "Fig. 7 at g = 1.5: at no step does the origin attract",
  gentleEvolution: "Fig. 7 at g = 0.8: two attractors at first, four by step 700, no cube yet",
  learningOverTraining: "Memories come and go; eight are there long before the error is small",
  branches: "The origin's first pair dies; memories are born in pairs elsewhere",
  skeletonOverTraining: "The skeleton grows, and shrinks, in pairs",
  gainScan: "Up to g = 1 the task is learnt best; beyond it the error grows",
  // 06
  flipDistances: "Distances follow a√k, as on a tesseract, so they cannot be equal",
  fourBitSkeletons: "The logistic network comes close to the 81 points of a tesseract",
  viewsBySeed: "No view belongs to training from scratch, none to transfer",
  // 07
  disturbedOutputs: "Noise does not silence the output: it makes it loud",
  lostBits: "Bits are lost long before the noise is as large as the weights",
  gainOrBias: "A quarter of the gain keeps memories longest, but not with the bias",
  conjugateTrial: "Trial 1: the conjugate makes the errors of the logistic network",
  margins: "The distance to the nearest saddle foretells little",
  // 09
  orbits: "Each input has its orbit, and a saddle inside it",
  frequencies: "The fixed points miss the pitch of the tones",
  smallOrbits: "The smaller the orbit, the better the forecast",
} as const);
