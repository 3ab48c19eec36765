/** The library's face: a namespace for each folder, and what a cell says to its page. */
export * as continuation from "./continuation";
export * as figures from "./figures";
export * as flow from "./flow";
export * as memory from "./memory";
export * as network from "./network";
export * as noise from "./noise";
export * as numbers from "./numbers";
export * from "./page";
export { outFolder } from "./places";
export { createPool } from "./pool";
export * as search from "./search";
export * as training from "./training";
