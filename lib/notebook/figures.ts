/** The builders of every figure, by paper figure and subject; each returns a plain `{ data, layout }`. */
export * from "./figures-branches";
export * from "./figures-curves";
export * from "./figures-diagrams";
export * from "./figures-disturbed";
export * from "./figures-evolution";
export * from "./figures-gains";
export * from "./figures-graph";
export * from "./figures-learning";
export * from "./figures-named";
export * from "./figures-noise";
export * from "./figures-oscillators";
export * from "./figures-phase-space";
export * from "./figures-planar";
export * from "./figures-skeleton";
export * from "./figures-structure";
export * from "./figures-tesseract";
export * from "./figures-training";
