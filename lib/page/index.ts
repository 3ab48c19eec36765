/** What a cell says to the page below it. */
export { check, type Exercise, type SolutionModule } from "./exercise";
export { closeBrowser, saveFigure } from "./export";
export { saveFilm } from "./film";
export { progress } from "./progress";
export { show } from "./show";
export { table } from "./tables";
