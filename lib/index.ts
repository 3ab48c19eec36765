export * from "./claims/c01-c03";
export * from "./claims/c04-c09";
export * from "./claims/verdict";
export * from "./numerics/random";
export * from "./numerics/validate";
