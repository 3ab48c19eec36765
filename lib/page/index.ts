/** What a cell says to the page below it. */
export { check, type Exercise, type SolutionModule } from "./exercise";
export { closeBrowser } from "./export";
export { progress } from "./progress";
export { show } from "./show";
export { table } from "./tables";
