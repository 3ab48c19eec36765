/** One claim of the paper, in short, and where it is put to the test. */
export interface Statement {
  /** C1 … C20. */
  readonly claim: string;
  /** What the paper says, in our words, as short as it can be said. */
  readonly words: string;
  /** Section and figure of the paper. */
  readonly where: string;
  /** Number of the notebook that measures it. */
  readonly notebook: string;
}

/** The twenty claims of the paper that this project judges.  [J15] */
export const statements: readonly Statement[] = Object.freeze([
  {
    claim: "C1",
    words: "minimising q finds the three fixed points of the 2-D system: two stable nodes, one saddle",
    where: "§3.1, Fig. 2",
    notebook: "01",
  },
  { claim: "C2", words: "conjugate gradients converge much faster than gradient descent", where: "§3", notebook: "01" },
  { claim: "C3", words: "near a fixed point JᵀJ is a sufficient Hessian", where: "§3, eq. 12", notebook: "02" },
  {
    claim: "C4",
    words: "FORCE keeps the error small all through training, and the rows of Wo grow to about 7",
    where: "§6, Fig. 5 c, d",
    notebook: "04",
  },
  {
    claim: "C5",
    words: "the trained network performs the 3-bit task on unseen input",
    where: "§6, Fig. 5 b",
    notebook: "04",
  },
  {
    claim: "C6",
    words: "there are 9 to 26 fixed points (depending, it says, on tolerance)",
    where: "§6",
    notebook: "04",
  },
  {
    claim: "C7",
    words: "eight attracting fixed points, one per memory, at the corners of a cube with equal edges",
    where: "§6, Fig. 6",
    notebook: "04",
  },
  { claim: "C8", words: "the central fixed point is a saddle", where: "§6, Fig. 6", notebook: "04" },
  { claim: "C9", words: "saddles along the edges guide the transitions", where: "§6, §9", notebook: "04" },
  { claim: "C10", words: "the origin is stable at first, a resting state", where: "§6.1, Fig. 7 a", notebook: "05" },
  {
    claim: "C11",
    words:
      "the origin loses stability at 200 iterations, homoclinic orbits at 700, a saddle pushes the cube out at 1000",
    where: "§6.1, Fig. 7",
    notebook: "05",
  },
  { claim: "C12", words: "the origin undergoes a transcritical bifurcation", where: "§9", notebook: "05" },
  {
    claim: "C13",
    words: "a 4-bit network from scratch has 16 stable states that form a tesseract",
    where: "§7",
    notebook: "06",
  },
  {
    claim: "C14",
    words: "its 3-D projection is a hexagonal prism from scratch, a cuboid after transfer",
    where: "§7, Fig. 8",
    notebook: "06",
  },
  { claim: "C15", words: "distances between the 16 states are roughly equal", where: "§7.1", notebook: "06" },
  { claim: "C16", words: "transfer keeps the cube and adds eight points", where: "§7.1, Fig. 8 b", notebook: "06" },
  {
    claim: "C17",
    words: "tanh and logistic networks respond alike to noise; the logistic one is the most robust",
    where: "§8, Fig. 9",
    notebook: "07",
  },
  {
    claim: "C18",
    words: "the transferred network is the most sensitive to noise",
    where: "§8, Fig. 9",
    notebook: "07",
  },
  { claim: "C19", words: "finding 20 fixed points takes about three minutes", where: "§10.3", notebook: "04" },
  { claim: "C20", words: "minimising q cannot tell a fixed point from a slow one", where: "§9.1", notebook: "01" },
]);
