/** The builders of every figure, by paper figure and subject; each returns a plain `{ data, layout }`. */
export * from "./figures-branches";
export * from "./figures-curves";
export * from "./figures-diagrams";
export * from "./figures-graph";
export * from "./figures-oscillators";
export * from "./figures-phase-space";
export * from "./figures-planar";
export * from "./figures-structure";
export * from "./figures-training";
