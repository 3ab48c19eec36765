/** How phase space forms while a network learns.  [J15 §6.1, §9] */

export { continuationOf as branches, skeletonAt } from "./branches";
export { originCrossings as crossings, originDates as dates } from "./crossings";
export { readoutFamily as family } from "./family";
export { filmSteps, firstPulseOf as firstPulse, networkAt, trainingFilm as film } from "./film";
